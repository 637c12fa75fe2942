//! The most that a public funding may collect, payments in flight included.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{Answer, App, Member, eventually};
use crate::payer::{Payment, move_clocks, support_body, total};
use crate::visitor::{Visitor, value_of};

/// A cap that a few payments reach.
const CAP: &[(&str, &str)] = &[
    ("FUNSUN_PUBLIC_FUNDING_CAP_KRW", "50000"),
    ("FUNSUN_ACCESS_TOKEN_SECONDS", "86400"),
];

async fn ready(member: &Member, support: &Value) -> Answer {
    member
        .json(Method::POST, "/remit/kakaopay/ready", support.clone())
        .await
}

fn assert_full(answer: &Answer, room: &str) {
    assert_eq!(answer.status, StatusCode::CONFLICT, "{answer:?}");
    assert_eq!(answer.json()["code"], "funding_full", "{answer:?}");
    assert!(answer.text.contains(room), "{answer:?}");
}

#[tokio::test]
async fn payments_in_flight_reserve_their_part() {
    let app = App::with(CAP).await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    let support = |amount| support_body(&funding, amount, "축하해");
    let given = Payment::begin_for(&app, &friend, &support(20_000)).await;
    given.pay_and_approve(&app).await;
    let open = Payment::begin_for(&app, &friend, &support(20_000)).await;
    assert_full(&ready(&friend, &support(10_001)).await, "at most 10000 won");
    let last = Payment::begin_for(&app, &friend, &support(10_000)).await;
    assert_full(&ready(&friend, &support(1_000)).await, "at most 0 won");
    last.pay_and_approve(&app).await;
    open.press_button(&app, "cancel").await;
    move_clocks(&app, 1_200).await;
    eventually("the abandoned payment frees its part", async || {
        ready(&friend, &support(20_000)).await.status == StatusCode::OK
    })
    .await;
    assert_eq!(total(&author, &funding).await, 30_000);
}

#[tokio::test]
async fn money_without_a_reservation_is_refunded_when_it_does_not_fit() {
    let app = App::with(CAP).await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    let unattached = Payment::begin(&app, &friend, 20_000).await;
    unattached.pay_and_approve(&app).await;
    let reserved = Payment::begin_for(&app, &friend, &support_body(&funding, 40_000, "나도")).await;
    let support = support_body(&funding, 20_000, "축하해");
    let answer = friend.json(Method::POST, "/remit/", support).await;
    assert_full(&answer, "at most 10000 won");
    eventually("refunded", async || {
        unattached.record(&app).await["refund_reason"] == "funding_full"
            && unattached.state(&app).await == "refunded"
    })
    .await;
    reserved.pay_and_approve(&app).await;
    assert_eq!(total(&author, &funding).await, 40_000);
    app.assert_books_balance().await;
}

#[tokio::test]
async fn only_public_fundings_have_a_cap() {
    let app = App::with(CAP).await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    author.befriends(&friend).await;
    let funding = author.opens("우리끼리", false).await;
    friend.supports(&funding, 60_000, "축하해").await;
    let edit = json!({"id": funding["id"].to_string(), "public": "true"});
    let answer = author.json(Method::PUT, "/funding/", edit).await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    assert!(answer.text.contains("public"), "{answer:?}");
    friend.supports(&funding, 60_000, "또 축하해").await;
    assert_eq!(total(&author, &funding).await, 120_000);
}

#[tokio::test]
async fn the_form_says_how_much_the_funding_takes() {
    let app = App::with(CAP).await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    friend.supports(&funding, 40_000, "축하해").await;
    let browser = Visitor::of(&friend);
    let path = format!("/fundings/{}/support", funding["id"]);
    let form = browser.get(&path).await.text;
    assert!(form.contains("앞으로 10,000원까지만"), "{form}");
    let key = value_of(&form, "attempt");
    let fields = [
        ("amount", "20,000"),
        ("message", "더 낼게"),
        ("attempt", &key),
    ];
    let refused = browser.post(&path, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("더 낼게") && refused.text.contains("10,000원까지만"));
    let fields = [
        ("amount", "10,000"),
        ("message", "더 낼게"),
        ("attempt", &key),
    ];
    let accepted = browser.post(&path, &fields).await;
    assert_eq!(accepted.status, StatusCode::SEE_OTHER, "{accepted:?}");
}

#[tokio::test]
async fn a_member_reserves_no_more_than_one_order_from_others() {
    let app = App::with(CAP).await;
    let author = app.member("하늘").await;
    let (greedy, friend) = (app.member("욕심").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    for _ in 0..2 {
        Payment::begin_for(&app, &greedy, &support_body(&funding, 25_000, "다 내가")).await;
    }
    let support = |amount| support_body(&funding, amount, "나도 낼게");
    let own = ready(&greedy, &support_body(&funding, 1_000, "또 내가")).await;
    assert_full(&own, "at most 0 won");
    assert_full(&ready(&friend, &support(26_000)).await, "at most 25000 won");
    let given = Payment::begin_for(&app, &friend, &support(25_000)).await;
    given.pay_and_approve(&app).await;
    assert_eq!(total(&author, &funding).await, 25_000);
}
