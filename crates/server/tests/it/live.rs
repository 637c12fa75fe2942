//! The event stream of a funding's page: which events arrive, for which viewers, and when it ends.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, Member, seoul_time_in};
use crate::visitor::Visitor;
use crate::watcher::{Watcher, request_stream, stream_status};

/// Half an hour more than whole days, so that the remaining time is constant during a test.
async fn open_funding(author: &Member, title: &str, public: bool) -> Value {
    let deadline = seoul_time_in(30 * 86_400 + 1_800);
    author.opens_until(title, public, &deadline).await
}

async fn take_back(giver: &Member, support: &Value) {
    let id = support["id"].to_string();
    let taken = giver.form(Method::DELETE, "/remit/", &[("id", &id)]).await;
    assert!(taken.status.is_success(), "{taken:?}");
}

#[tokio::test]
async fn a_viewer_receives_a_new_support_and_the_new_total() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let funding = open_funding(&author, "새 자전거", true).await;
    let mut guest = Watcher::of(&Visitor::guest(&app), &funding).await;
    let words = "생일 축하해\r\n<b>꼭</b> 사자";
    let given = giver.supports(&funding, 20_000, words).await;
    let message = guest.next().await;
    assert_eq!(message.name, "message");
    assert_eq!(message.id, given["id"].to_string());
    assert!(message.data.contains("지우"), "{message:?}");
    assert!(
        message.data.contains("생일 축하해\n&#60;b&#62;꼭"),
        "{message:?}"
    );
    let amounts = guest.next().await;
    assert_eq!(amounts.name, "amounts");
    for part in ["20,000원", ">20%<", "value=\"20\""] {
        assert!(amounts.data.contains(part), "{part}: {amounts:?}");
    }
}

#[tokio::test]
async fn a_support_taken_back_is_removed_and_lowers_the_total() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let funding = open_funding(&author, "새 자전거", true).await;
    let kept = giver.supports(&funding, 10_000, "힘내").await;
    let taken = giver.supports(&funding, 20_000, "축하해").await;
    let mut guest = Watcher::of(&Visitor::guest(&app), &funding).await;
    take_back(&giver, &taken).await;
    let listed = guest.next_named("listed").await;
    let listed: Value = serde_json::from_str(&listed.data).unwrap();
    assert_eq!(listed, json!({"from": 0, "ids": [kept["id"]]}));
    // The total decreases after the refund, which is a little later.
    while !guest
        .next_named("amounts")
        .await
        .data
        .contains(">10,000원<")
    {}
}

#[tokio::test]
async fn the_stream_of_a_friends_only_funding_is_for_friends_only() {
    let app = App::start().await;
    let (author, friend) = (app.member("민지").await, app.member("지우").await);
    let (other, stranger) = (app.member("서윤").await, app.member("하늘").await);
    author.befriends(&friend).await;
    author.befriends(&other).await;
    let funding = open_funding(&author, "새 자전거", false).await;
    assert_eq!(stream_status(&Visitor::guest(&app), &funding).await, 404);
    assert_eq!(stream_status(&Visitor::of(&stranger), &funding).await, 404);
    let nothing = json!({"id": 999_999});
    assert_eq!(stream_status(&Visitor::of(&friend), &nothing).await, 404);
    assert_eq!(
        stream_status(&Visitor::of(&friend), &json!({"id": "x"})).await,
        404
    );

    let former = Watcher::of(&Visitor::of(&friend), &funding).await;
    let fields = [("id", author.id.as_str())];
    let unfollowed = friend.form(Method::DELETE, "/follow/", &fields).await;
    assert!(unfollowed.status.is_success(), "{unfollowed:?}");
    other.supports(&funding, 10_000, "비밀이야").await;
    former.assert_ends().await;
    assert_eq!(stream_status(&Visitor::of(&friend), &funding).await, 404);
}

#[tokio::test]
async fn a_stream_ends_when_the_funding_is_hidden_or_the_login_ends() {
    let app = App::start().await;
    let (author, viewer) = (app.member("민지").await, app.member("지우").await);
    let deleted = open_funding(&author, "새 자전거", true).await;
    let closed = open_funding(&author, "새 헬멧", true).await;
    let open = open_funding(&author, "새 장갑", true).await;
    let guest = Visitor::guest(&app);
    let of_deleted = Watcher::of(&guest, &deleted).await;
    let of_closed = Watcher::of(&guest, &closed).await;
    let of_open = Watcher::of(&Visitor::of(&viewer), &open).await;

    let id = deleted["id"].to_string();
    let gone = author
        .form(Method::DELETE, "/funding/", &[("id", &id)])
        .await;
    assert!(gone.status.is_success(), "{gone:?}");
    of_deleted.assert_ends().await;
    assert_eq!(stream_status(&guest, &deleted).await, 410, "as its page");

    let id = closed["id"].to_string();
    let edit = [("id", id.as_str()), ("public", "false")];
    let edited = author.multipart(Method::PUT, "/funding/", &edit, &[]).await;
    assert!(edited.status.is_success(), "{edited:?}");
    of_closed.assert_ends().await;

    let left = Visitor::of(&viewer).post("/logout", &[]).await;
    assert_eq!(left.status, StatusCode::SEE_OTHER, "{left:?}");
    of_open.assert_ends().await;
}

#[tokio::test]
async fn a_reconnect_receives_missed_supports_once() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let funding = open_funding(&author, "새 자전거", true).await;
    let first = giver.supports(&funding, 1_000, "첫 번째").await["id"].to_string();
    let guest = Visitor::guest(&app);
    let page = guest.get(&format!("/fundings/{}", funding["id"])).await;
    assert!(page.text.contains(&format!("data-after=\"{first}\"")));
    let missed = [
        giver.supports(&funding, 1_000, "두 번째").await["id"].to_string(),
        giver.supports(&funding, 1_000, "세 번째").await["id"].to_string(),
    ];
    // The page sends what it shows, a reconnecting browser the last event id.
    let query = format!("?after={first}");
    for (query, last, expected) in [
        (query.as_str(), "", &missed[..]),
        ("?after=0", first.as_str(), &missed[..]),
        (query.as_str(), missed[0].as_str(), &missed[1..]),
        ("?after=nonsense", "", &[]),
        ("", "열둘", &[]),
    ] {
        let mut again = Watcher::open(request_stream(&guest, &funding, query, last).await);
        for id in expected {
            let message = again.next().await;
            assert_eq!((message.name.as_str(), &message.id), ("message", id));
        }
        let mut next = again.next().await;
        while next.name == "changed" {
            next = again.next().await;
        }
        assert_eq!(next.name, "listed", "{query} {last}");
        assert_eq!(again.next().await.name, "amounts");
    }
}

#[tokio::test]
async fn a_reconnect_receives_changed_supports() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let funding = open_funding(&author, "새 자전거", true).await;
    giver.supports(&funding, 1_000, "그대로").await;
    let support = giver.supports(&funding, 1_000, "힘내").await;
    let guest = Visitor::guest(&app);
    let page = guest.get(&format!("/fundings/{}", funding["id"])).await;
    let shown = |name: &str| {
        let value = page.text.split_once(&format!(" data-{name}=\"")).unwrap().1;
        value.split_once('"').unwrap().0.to_owned()
    };
    let query = format!("?after={}&looks={}", shown("after"), shown("looks"));
    let mut at_once = Watcher::open(request_stream(&guest, &funding, &query, "").await);
    assert_eq!(at_once.next().await.name, "listed", "nothing has changed");
    drop(at_once);

    let path = format!("/supports/{}/thanks", support["id"]);
    let said = Visitor::of(&author)
        .post(&path, &[("thanks", "정말 고마워")])
        .await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{said:?}");
    let last_id = support["id"].to_string();
    let (after, other) = (format!("?after={last_id}"), format!("{query}0"));
    for (query, last) in [
        (query.as_str(), ""),
        (&other, ""),
        (&after, ""),
        ("?after=0", last_id.as_str()),
    ] {
        let mut again = Watcher::open(request_stream(&guest, &funding, query, last).await);
        for part in ["그대로", "정말 고마워"] {
            let changed = again.next().await;
            let is = (changed.name.as_str(), changed.id.as_str());
            assert_eq!(is, ("changed", ""), "{query} {last}");
            assert!(changed.data.contains(part), "{part}: {changed:?}");
        }
        assert_eq!(again.next().await.name, "listed", "{query} {last}");
    }
}

#[tokio::test]
async fn a_reconnect_that_missed_more_than_a_page_is_told_to_reload() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let funding = open_funding(&author, "새 자전거", true).await;
    let mut newest = Value::Null;
    for _ in 0..21 {
        newest = giver.supports(&funding, 1_000, "힘내").await["id"].clone();
    }
    let guest = Visitor::guest(&app);
    let mut watcher = Watcher::open(request_stream(&guest, &funding, "?after=0", "").await);
    let stale = watcher.next().await;
    assert_eq!(stale.name, "stale");
    assert_eq!(stale.id, newest.to_string());
    let listed: Value = serde_json::from_str(&watcher.next().await.data).unwrap();
    assert_eq!(listed["ids"].as_array().unwrap().len(), 20);
}

#[tokio::test]
async fn each_viewer_receives_the_view_of_their_role() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let funding = open_funding(&author, "새 자전거", true).await;
    let other = app.member("서윤").await;
    let mut views = [
        Watcher::of(&Visitor::of(&author), &funding).await,
        Watcher::of(&Visitor::of(&giver), &funding).await,
        Watcher::of(&Visitor::of(&other), &funding).await,
        Watcher::of(&Visitor::guest(&app), &funding).await,
    ];
    giver.supports(&funding, 10_000, "힘내").await;
    giver.supports(&funding, 23_000, "축하해").await;
    let mut texts = Vec::new();
    for view in &mut views {
        let mut text = String::new();
        while !text.contains("축하해") {
            text += &view.next_named("message").await.data;
        }
        texts.push(text);
    }
    let has = |part: &str| -> Vec<bool> { texts.iter().map(|it| it.contains(part)).collect() };
    assert_eq!(has("23,000"), [true, false, false, false]);
    assert_eq!(has("/thanks\""), [true, false, false, false]);
    assert_eq!(has("name=\"_csrf\""), [true, false, false, false]);
    assert_eq!(has("/take-back\""), [false, true, false, false]);
    assert_eq!(has("/reports/new"), [false, false, true, false]);
}

#[tokio::test]
async fn the_end_of_a_funding_removes_the_support_button() {
    let app = App::start().await;
    let author = app.member("민지").await;
    let deadline = seoul_time_in(3_600);
    let funding = author.opens_until("새 자전거", true, &deadline).await;
    let mut guest = Watcher::open(request_stream(&Visitor::guest(&app), &funding, "", "").await);
    let before = guest.next_named("amounts").await.data;
    assert!(before.contains("/support\"") && !before.contains("마감됨"));
    app.move_clock(7_200).await;
    let after = guest.next_named("amounts").await.data;
    assert!(!after.contains("/support\"") && after.contains("마감됨"));
}

#[tokio::test]
async fn the_thanks_of_the_author_arrive_and_an_idle_stream_stays_open() {
    let app = App::start().await;
    let (author, giver) = (app.member("민지").await, app.member("지우").await);
    let funding = open_funding(&author, "새 자전거", true).await;
    let support = giver.supports(&funding, 10_000, "힘내").await;
    let mut watcher = Watcher::of(&Visitor::of(&giver), &funding).await;
    // Longer than the timeout for request headers.
    assert_eq!(watcher.next_block().await.unwrap(), ":\n\n");
    let path = format!("/supports/{}/thanks", support["id"]);
    let said = Visitor::of(&author)
        .post(&path, &[("thanks", "정말 고마워")])
        .await;
    assert_eq!(said.status, StatusCode::SEE_OTHER, "{said:?}");
    let message = watcher.next().await;
    assert_eq!(
        (message.name.as_str(), message.id.as_str()),
        ("changed", "")
    );
    assert!(message.data.contains("정말 고마워"), "{message:?}");
}

#[tokio::test]
async fn a_member_can_open_a_limited_number_of_streams() {
    let app = App::start().await;
    let (author, eager) = (app.member("민지").await, app.member("바쁜이").await);
    let funding = open_funding(&author, "새 자전거", true).await;
    let visitor = Visitor::of(&eager);
    let mut open = Vec::new();
    for _ in 0..16 {
        open.push(Watcher::of(&visitor, &funding).await);
    }
    let over = request_stream(&visitor, &funding, "", "").await;
    assert_eq!(over.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(over.headers()["retry-after"], "60");
    Watcher::of(&Visitor::of(&author), &funding).await;

    let id = funding["id"].to_string();
    author
        .form(Method::DELETE, "/funding/", &[("id", &id)])
        .await;
    for stream in open {
        stream.assert_ends().await;
    }
    let next = open_funding(&author, "새 헬멧", true).await;
    Watcher::of(&visitor, &next).await;
}

#[tokio::test]
async fn half_of_the_streams_are_reserved_for_members() {
    let app = App::start().await;
    let author = app.member("민지").await;
    let funding = open_funding(&author, "새 자전거", true).await;
    let url = format!("{}/fundings/{}/live", app.url, funding["id"]);
    let guests = |line: u8, count: usize| {
        let client = reqwest::Client::builder().local_address(IpAddr::from([127, 0, 1, line]));
        let client = client.build().unwrap();
        let url = &url;
        async move {
            let asked = (0..count).map(|_| client.get(url).send());
            let answers = futures_util::future::join_all(asked).await;
            answers.into_iter().map(Result::unwrap).collect::<Vec<_>>()
        }
    };
    let mut open = Vec::new();
    for line in 1..=8 {
        open.extend(guests(line, 64).await);
    }
    for answer in &open {
        assert_eq!(answer.status(), StatusCode::OK);
    }
    let over = guests(9, 1).await;
    assert_eq!(over[0].status(), StatusCode::TOO_MANY_REQUESTS);
    Watcher::of(&Visitor::of(&author), &funding).await;
}

#[tokio::test]
async fn shutdown_does_not_wait_for_open_streams() {
    let mut app = App::start().await;
    let author = app.member("민지").await;
    let funding = open_funding(&author, "새 자전거", true).await;
    let open = [
        Watcher::of(&Visitor::guest(&app), &funding).await,
        Watcher::of(&Visitor::of(&author), &funding).await,
    ];
    let stopped = Instant::now();
    app.send_sigterm().await;
    for stream in open {
        stream.assert_ends().await;
    }
    assert_eq!(app.wait_for_exit().await, Some(0));
    assert!(stopped.elapsed() < Duration::from_secs(10), "{stopped:?}");
}
