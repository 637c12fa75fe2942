//! A member's own pages: upcoming birthdays, settings, logins, notifications.

use reqwest::header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::app::{App, Member, send, seoul_time_in};
use crate::visitor::Visitor;

const DAY: i64 = 86_400;

/// A member whose birthday is in this many days.
async fn with_birthday_in(app: &App, name: &str, days: i64) -> Member {
    let day = seoul_time_in(days * DAY);
    let birthday = format!("{}{}", &day[5..7], &day[8..10]);
    app.member_with(name, json!({ "birthday": birthday })).await
}

#[tokio::test]
async fn home_shows_friends_birthdays_of_the_next_thirty_days() {
    let app = App::start().await;
    let me = app.member("민지").await;
    let soon = with_birthday_in(&app, "곧생일", 7).await;
    let last = with_birthday_in(&app, "한달뒤", 30).await;
    let later = with_birthday_in(&app, "나중", 31).await;
    let stranger = with_birthday_in(&app, "짝사랑", 7).await;
    let silent = app.member("말없음").await;
    for friend in [&soon, &last, &later, &silent] {
        me.befriends(friend).await;
    }
    me.follows(&stranger).await;
    let home = Visitor::of(&me).get("/").await.text;
    let (_, shown) = home.split_once("<ul class=\"birthdays\">").unwrap();
    let shown = shown.split("</ul>").next().unwrap();
    assert!(shown.contains("7일 뒤") && shown.contains("30일 뒤"));
    let place = |name: &str| shown.find(name);
    let both = place("곧생일").zip(place("한달뒤"));
    assert!(
        both.is_some_and(|(soon, last)| soon < last),
        "the next one first"
    );
    for name in ["나중", "짝사랑", "말없음"] {
        assert_eq!(place(name), None, "{name}");
    }
}

#[tokio::test]
async fn every_login_is_listed_and_can_be_ended_by_its_owner_only() {
    let app = App::start().await;
    let person = app
        .sandbox(Method::POST, "/sandbox/people", json!({"nickname": "하늘"}))
        .await;
    let token = person["access_token"].as_str().unwrap();
    let here = Visitor::of(&app.log_in(token).await);
    let there = Visitor::of(&app.log_in(token).await);
    let stranger = Visitor::of(&app.member("행인").await);
    let page = here.get("/settings").await.text;
    let (_, devices) = page.split_once("id=\"devices\"").unwrap();
    let rows: Vec<&str> = devices.split("<li class=\"list-row\">").skip(1).collect();
    assert_eq!(rows.len(), 2);
    assert!(rows[0].contains("이 기기") && !rows[1].contains("이 기기"));
    assert!(devices.contains("다른 기기 모두 로그아웃"));

    let (_, end) = rows[1].split_once("action=\"").unwrap();
    let end = end.split('"').next().unwrap();
    stranger.post(end, &[]).await;
    assert_eq!(there.get("/me").await.status, StatusCode::OK);
    let ended = here.post(end, &[]).await;
    assert_eq!(ended.headers[LOCATION], "/settings?done=session_ended");
    assert_eq!(there.get("/me").await.status, StatusCode::SEE_OTHER);
    assert_eq!(here.get("/me").await.status, StatusCode::OK);
    let page = here.get("/settings").await.text;
    assert!(!page.contains("다른 기기 모두 로그아웃"));
}

#[tokio::test]
async fn a_guest_can_choose_language_and_colours_without_scripts() {
    let app = App::start().await;
    let call = app
        .visitor(Method::POST, "/settings")
        .header(ACCEPT, "text/html");
    let saved = send(call.form(&[("lang", "en"), ("theme", "dark")])).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{saved:?}");
    let cookies: Vec<&str> = saved
        .headers
        .get_all(SET_COOKIE)
        .iter()
        .map(|it| it.to_str().unwrap().split(';').next().unwrap())
        .collect();
    let call = app.visitor(Method::GET, "/settings?done=saved");
    let page = send(call.header(COOKIE, cookies.join("; "))).await.text;
    assert!(page.contains("<html lang=\"en\" data-theme=\"dark\">"));
    assert!(page.contains("value=\"dark\" checked") && page.contains("value=\"en\" checked"));
    assert!(page.contains("Saved."));
}

#[tokio::test]
async fn notifications_are_unread_until_opened_and_respect_the_settings() {
    let app = App::start().await;
    let (minji, haneul, jiwoo) = (
        app.member("민지").await,
        app.member("하늘").await,
        app.member("지우").await,
    );
    let visitor = Visitor::of(&minji);
    haneul.follows(&minji).await;
    let page = visitor.get("/notifications").await.text;
    assert!(page.contains("list-row unread") && page.contains("하늘"));
    assert!(page.contains("모두 읽음"));
    let read = visitor.post("/notifications/read", &[]).await;
    assert_eq!(read.headers[LOCATION], "/notifications?done=read");
    let page = visitor.get("/notifications").await.text;
    assert!(page.contains("하늘") && !page.contains("list-row unread"));
    assert!(!page.contains("action=\"/notifications/read\""));

    // An unchecked box is not sent, so that this turns all notifications off.
    visitor.post("/settings/notifications", &[]).await;
    let settings = visitor.get("/settings").await.text;
    assert!(settings.contains("name=\"followed\" value=\"1\">"));
    jiwoo.follows(&minji).await;
    let page = visitor.get("/notifications").await.text;
    assert!(!page.contains("지우"), "{page}");
}

#[tokio::test]
async fn the_manifest_service_worker_and_offline_page_are_served() {
    let app = App::start().await;
    let manifest = send(app.visitor(Method::GET, "/manifest.webmanifest")).await;
    let vary = manifest.headers["vary"].to_str().unwrap();
    assert!(vary.contains("Accept-Language"), "{vary}");
    let manifest = manifest.json();
    for (key, value) in [("id", "/"), ("lang", "ko"), ("dir", "ltr"), ("scope", "/")] {
        assert_eq!(manifest[key], value, "{key}");
    }
    let icons = manifest["icons"].as_array().unwrap();
    let shortcuts = manifest["shortcuts"].as_array().unwrap();
    assert!(icons.len() > 1 && !shortcuts.is_empty(), "{manifest}");
    for icon in icons.iter().chain(
        shortcuts
            .iter()
            .flat_map(|it| it["icons"].as_array().unwrap()),
    ) {
        let path = icon["src"].as_str().unwrap();
        let file = app.visitor(Method::GET, path).send().await.unwrap();
        assert_eq!(file.status(), StatusCode::OK, "{path}");
        assert_eq!(
            file.headers()["content-type"],
            icon["type"].as_str().unwrap()
        );
    }
    let worker = send(app.visitor(Method::GET, "/sw.js")).await;
    assert_eq!(worker.headers["cache-control"], "no-cache");
    assert!(!worker.text.contains("{version}"));
    // The offline page, which the device stores, does not depend on cookies.
    let minji = app.member("민지").await;
    let [guests, members] = [Visitor::guest(&app), Visitor::of(&minji)];
    assert_eq!(
        guests.get("/offline").await.text,
        members.get("/offline").await.text
    );
}
