//! Refunds, approvals and form keys affect the payments they are meant for, and no others.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::app::{App, Member, eventually};
use crate::payer::{Payment, support_body, total};
use crate::visitor::{Visitor, value_of};

async fn support(app: &App, member: &Member, funding: &Value, amount: i64) -> Payment {
    let body = support_body(funding, amount, "축하해");
    let payment = Payment::begin_for(app, member, &body).await;
    payment.pay_and_approve(app).await;
    payment
}

#[tokio::test]
async fn a_deleted_funding_refunds_its_own_supports_once() {
    let app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let deleted = author.opens("자전거", true).await;
    let kept = author.opens("헬멧", true).await;
    let elsewhere = support(&app, &friend, &kept, 7_000).await;
    let given = support(&app, &friend, &deleted, 5_000).await;
    let taken_back = support(&app, &friend, &deleted, 3_000).await;
    let list = friend.get(&format!("/remit/?id={}", deleted["id"])).await;
    let id = list[1]["id"].to_string();
    let asked = friend.form(Method::DELETE, "/remit/", &[("id", &id)]).await;
    assert_eq!(asked.status, StatusCode::OK, "{asked:?}");
    eventually("refunded", async || {
        taken_back.state(&app).await == "refunded"
    })
    .await;

    let id = deleted["id"].to_string();
    let answer = author
        .form(Method::DELETE, "/funding/", &[("id", &id)])
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    eventually("refunded", async || given.state(&app).await == "refunded").await;
    given.assert_charged_once(&app, 5_000).await;
    taken_back.assert_charged_once(&app, 3_000).await;
    elsewhere.assert_charged_once(&app, 0).await;
    assert_eq!(elsewhere.state(&app).await, "attached");
    assert_eq!(total(&author, &kept).await, 7_000);
    app.assert_books_balance().await;
}

#[tokio::test]
async fn a_member_who_leaves_is_refunded_their_own_payments_only() {
    let app = App::start().await;
    let (leaver, other) = (app.member("지우").await, app.member("민준").await);
    let own = Payment::begin(&app, &leaver, 5_000).await;
    let others = Payment::begin(&app, &other, 5_000).await;
    for payment in [&own, &others] {
        payment.pay_and_approve(&app).await;
    }
    let left = leaver.form(Method::DELETE, "/account/", &[]).await;
    assert_eq!(left.status, StatusCode::OK, "{left:?}");
    eventually("refunded", async || {
        own.kakaopay_record(&app).await["canceled"] == 5_000
    })
    .await;
    assert_eq!(others.state(&app).await, "approved");
    others.assert_charged_once(&app, 0).await;
}

#[tokio::test]
async fn a_token_of_another_member_approves_nothing_and_shows_nothing() {
    let app = App::start().await;
    let (payer, thief) = (app.member("지우").await, app.member("도둑").await);
    let payment = Payment::begin(&app, &payer, 5_000).await;
    let proof = payment.pay(&app).await;
    assert_eq!(payment.approve(&proof.token).await.status, StatusCode::OK);
    let stolen = thief
        .form(
            Method::POST,
            "/remit/kakaopay/approve",
            &[("pg_token", &proof.token)],
        )
        .await;
    assert_eq!(stolen.status, StatusCode::BAD_REQUEST, "{stolen:?}");
    assert!(!stolen.text.contains(&payment.order), "{stolen:?}");
}

#[tokio::test]
async fn a_form_key_counts_for_one_form_of_one_member() {
    let app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let other = app.member("민준").await;
    let funding = author.opens("자전거", true).await;
    let path = format!("/fundings/{}/support", funding["id"]);
    let browser = Visitor::of(&friend);
    let key = async |browser: &Visitor| value_of(&browser.get(&path).await.text, "attempt");
    let (first, second) = (key(&browser).await, key(&browser).await);
    let send = async |browser: &Visitor, key: &str| {
        let fields = [("amount", "5000"), ("message", "축하해"), ("attempt", key)];
        let answer = browser.post(&path, &fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{answer:?}");
        answer.headers["location"].to_str().unwrap().to_owned()
    };
    let order = send(&browser, &first).await;
    assert_eq!(send(&browser, &first).await, order, "sent twice");
    assert_ne!(send(&browser, &second).await, order, "another form");
    let others = send(&Visitor::of(&other), &first).await;
    assert_ne!(others, order, "another member");
    assert_eq!(app.kakaopay_payments().await.len(), 3);
}
