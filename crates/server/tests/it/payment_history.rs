//! A member's own payments in the API and on pages, and what KakaoPay gets to know of the payer.

use std::collections::HashSet;

use reqwest::header::USER_AGENT;
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::app::{App, Member, send};
use crate::payer::{Payment, page, support_body};
use crate::visitor::Visitor;

/// Begins this many payments; returns their orders, newest first.
async fn begin(app: &App, member: &Member, count: i64) -> Vec<String> {
    let mut orders = Vec::new();
    for number in 1..=count {
        let payment = Payment::begin(app, member, number * 1_000).await;
        orders.insert(0, payment.order);
    }
    orders
}

fn orders(list: &Value) -> Vec<String> {
    let items = list.as_array().unwrap().iter();
    items
        .map(|item| item["order"].as_str().unwrap().to_owned())
        .collect()
}

/// The orders of each page, along the `Link` headers.
async fn by_link(member: &Member) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut path = Some("/remit/kakaopay/payments".to_owned());
    while let Some(here) = path {
        let answer = send(member.call(Method::GET, &here)).await;
        assert_eq!(answer.status, StatusCode::OK, "{here}: {answer:?}");
        pages.push(orders(&answer.json()));
        path = answer.headers.get("link").map(|link| {
            let link = link.to_str().unwrap().strip_prefix('<').unwrap();
            link.strip_suffix(">; rel=\"next\"").unwrap().to_owned()
        });
    }
    pages
}

#[tokio::test]
async fn own_payments_are_listed_newest_first_eight_a_page() {
    let app = App::start().await;
    let (member, other) = (app.member("지우").await, app.member("민준").await);
    let path = |page: u32| format!("/remit/kakaopay/payments?page={page}");
    assert_eq!(member.status(&path(1)).await, 204);
    let mut all = begin(&app, &member, 16).await;
    begin(&app, &other, 1).await;
    assert_eq!(by_link(&member).await, [&all[..8], &all[8..]]);
    assert_eq!(member.status(&path(3)).await, 204, "past the end");

    let newest = Payment::begin(&app, &member, 9_000).await;
    all.insert(0, newest.order);
    assert_eq!(by_link(&member).await, [&all[..8], &all[8..16], &all[16..]]);
    for (number, expected) in [(1, &all[..8]), (2, &all[8..16]), (3, &all[16..])] {
        let listed = member.get(&path(number)).await;
        assert_eq!(orders(&listed), expected, "page {number}");
    }
    assert_eq!(other.get(&path(1)).await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn the_page_of_own_payments_links_to_older_ones() {
    let app = App::start().await;
    let (author, member) = (app.member("하늘").await, app.member("지우").await);
    let browser = Visitor::of(&member);
    let funding = author.opens("자전거", true).await;
    member.supports(&funding, 99_000, "축하해").await;
    begin(&app, &member, 19).await;
    let shown = async |path: &str| {
        let page = browser.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        let next = page.text.split_once("rel=\"next\"").map(|(before, _)| {
            let (_, link) = before.rsplit_once("href=\"").unwrap();
            link.split('"').next().unwrap().to_owned()
        });
        (page.text, next)
    };
    let rows = |page: &str| page.matches("href=\"/payments/").count();
    let (text, next) = shown("/me/payments").await;
    assert_eq!((rows(&text), next), (20, None));
    assert!(text.contains("자전거") && text.contains("99,000원"));

    begin(&app, &member, 1).await;
    let (text, next) = shown("/me/payments").await;
    assert_eq!(rows(&text), 20);
    assert!(!text.contains("99,000원"), "the oldest is on the next page");
    let next = next.unwrap();
    let path = format!("/me/payments{}", next.trim_start_matches("/me/payments"));
    let (text, next) = shown(&path).await;
    assert_eq!((rows(&text), next), (1, None));
    assert!(text.contains("99,000원"));
}

#[tokio::test]
async fn kakaopay_gets_a_random_name_of_the_payer_for_each_payment() {
    let app = App::start().await;
    let (one, other) = (app.member("지우").await, app.member("민준").await);
    for member in [&one, &one, &other] {
        Payment::begin(&app, member, 5_000).await;
    }
    let mut names = Vec::new();
    for entry in app.kakaopay_payments().await {
        names.push(entry["partner_user_id"].as_str().unwrap().to_owned());
    }
    assert_eq!(names.len(), 3, "{names:?}");
    assert_eq!(names.iter().collect::<HashSet<_>>().len(), 3, "{names:?}");
    for name in &names {
        assert_eq!(name.len(), 32, "{name}");
        for word in [&one.id, &other.id, "지우", "민준"] {
            assert!(!name.contains(word), "{name}");
        }
    }
}

#[tokio::test]
async fn malformed_tokens_are_refused_without_asking_kakaopay() {
    let app = App::start().await;
    let friend = app.member("지우").await;
    let payment = Payment::begin(&app, &friend, 5_000).await;
    for token in ["", "%20", "a%20b", "%ED%95%9C", &"a".repeat(201)] {
        let path = format!("/remit/kakaopay/return/{}?pg_token={token}", payment.order);
        assert!(page(&app, &path).await.contains("아직 결제 전이에요"));
        assert_eq!(payment.state(&app).await, "ready", "{token:.20}");
    }
    for token in ["", " ", "a b", "한", &"a".repeat(201)] {
        let answer = payment.approve(token).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
        assert_eq!(payment.state(&app).await, "ready", "{token:.20}");
    }
    payment.pay_and_approve(&app).await;
}

#[tokio::test]
async fn the_link_to_kakaopay_fits_the_device_and_ends_with_the_payment() {
    let app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    let support = support_body(&funding, 5_000, "축하해");
    let ready = friend
        .json(Method::POST, "/remit/kakaopay/ready", support)
        .await
        .json();
    let order = ready["order"].as_str().unwrap();
    let path = format!("/payments/{order}");
    let go = async |agent: &str| {
        let call = Visitor::guest(&app).call(Method::GET, &format!("{path}/go"));
        send(call.header(USER_AGENT, agent)).await
    };
    let phone = "Mozilla/5.0 (Linux; Android 15) Mobile Safari";
    let desktop = "Mozilla/5.0 (X11; Linux x86_64)";
    for (agent, field) in [(phone, "mobile_url"), (desktop, "pc_url")] {
        let answer = go(agent).await;
        let url = ready[field].as_str().unwrap();
        assert_eq!(answer.headers["refresh"], format!("0; url={url}").as_str());
        assert!(answer.text.contains("5,000원"), "{answer:?}");
    }
    // The sandbox returns one URL for both.
    app.change_database(
        "UPDATE payments SET mobile_url = 'https://kakao.example/mobile', \
         desktop_url = 'https://kakao.example/desktop'",
    );
    for (agent, device) in [(phone, "mobile"), (desktop, "desktop")] {
        let url = format!("0; url=https://kakao.example/{device}");
        assert_eq!(go(agent).await.headers["refresh"], url.as_str());
    }
    let waiting = page(&app, &path).await;
    assert!(waiting.contains("status-wait") && waiting.contains(&format!("{path}/go")));
    assert!(!waiting.contains(&format!("/fundings/{}/support", funding["id"])));

    let entry = app.kakaopay_payments().await.remove(0);
    let tid = entry["tid"].as_str().unwrap();
    let press = format!("/sandbox/payments/{tid}/cancel");
    app.sandbox(Method::POST, &press, Value::Null).await;
    let cancelled = page(&app, &format!("/remit/kakaopay/cancelled/{order}")).await;
    assert!(cancelled.contains("status-done") && !cancelled.contains(&format!("{path}/go")));
    assert!(cancelled.contains(&format!("/fundings/{}/support", funding["id"])));
    let answer = go("Mozilla/5.0").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
    assert_eq!(answer.headers["location"], path.as_str());
}

#[tokio::test]
async fn the_page_of_a_payment_names_its_funding_to_those_who_may_see_it() {
    let app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let stranger = app.member("민준").await;
    author.befriends(&friend).await;
    let public = author.opens("모두의 자전거", true).await;
    let hidden = author.opens("우리끼리 헬멧", false).await;
    for (funding, title, public) in [
        (&public, "모두의 자전거", true),
        (&hidden, "우리끼리 헬멧", false),
    ] {
        let support = support_body(funding, 5_000, "축하해");
        let payment = Payment::begin_for(&app, &friend, &support).await;
        payment.pay_and_approve(&app).await;
        let link = format!("href=\"/fundings/{}\"", funding["id"]);
        for (viewer, sees) in [
            (Visitor::of(&friend), true),
            (Visitor::of(&author), true),
            (Visitor::of(&stranger), public),
            (Visitor::guest(&app), public),
        ] {
            let page = viewer.get(&format!("/payments/{}", payment.order)).await;
            assert_eq!(page.status, StatusCode::OK, "{page:?}");
            assert_eq!(page.text.contains(title), sees, "{page:?}");
            assert_eq!(page.text.contains(&link), sees, "{page:?}");
        }
    }
}
