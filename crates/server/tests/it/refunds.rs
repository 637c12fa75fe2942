//! Refunds of unused payments, of supports that a funding cannot accept, and of supports taken back: once, and
//! shown to the payer.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::app::{App, Member, eventually, seoul_time_in};
use crate::payer::{Payment, move_clocks, page, support_body, total};

const HOUR: i64 = 3_600;

async fn author_and_friend(app: &App) -> (Member, Member) {
    (app.member("하늘").await, app.member("지우").await)
}

/// Checks that the payment was fully refunded once, and that the payer's list and the return page show it.
async fn assert_refunded(app: &App, payment: &Payment, amount: i64, reason: &str) {
    eventually("refunded", async || payment.state(app).await == "refunded").await;
    let record = payment.record(app).await;
    assert_eq!(record["refunded_amount"], amount, "{record}");
    assert_eq!(record["refund_reason"], reason, "{record}");
    let path = format!("/remit/kakaopay/return/{}", payment.order);
    assert!(page(app, &path).await.contains("환불됐어요"));
    let entry = payment.kakaopay_record(app).await;
    assert_eq!(entry["cancels"], 1, "{entry}");
    payment.assert_charged_once(app, amount).await;
}

async fn support_count(member: &Member, funding: &Value) -> usize {
    let path = format!("/remit/?id={}", funding["id"]);
    match member.status(&path).await {
        204 => 0,
        _ => member.get(&path).await.as_array().unwrap().len(),
    }
}

#[tokio::test]
async fn an_unused_payment_is_refunded_after_ten_minutes() {
    let app = App::start().await;
    let (author, friend) = author_and_friend(&app).await;
    let funding = author.opens("자전거", true).await;
    let payment = Payment::begin(&app, &friend, 5_000).await;
    payment.pay_and_approve(&app).await;
    move_clocks(&app, 590).await;
    assert_eq!(payment.state(&app).await, "approved");
    move_clocks(&app, 601).await;
    assert_refunded(&app, &payment, 5_000, "never_attached").await;
    let support = support_body(&funding, 5_000, "늦었다");
    let late = friend.json(Method::POST, "/remit/", support).await;
    assert_eq!(late.status, StatusCode::PAYMENT_REQUIRED, "{late:?}");
    app.assert_books_balance().await;
}

/// Payments for a funding that stops accepting supports before they are used.
struct PendingPayments {
    app: App,
    author: Member,
    payment: Payment,
    token: String,
    plain: Payment,
    support: Value,
}

/// Two payments of 5,000 won for a friends-only funding: one for a support and not yet approved, one approved
/// in the app's flow and not yet used.
async fn pending_payments() -> PendingPayments {
    let app = App::start().await;
    let (author, friend) = author_and_friend(&app).await;
    author.befriends(&friend).await;
    let funding = author
        .opens_until("우리끼리", false, &seoul_time_in(HOUR / 12))
        .await;
    let plain = Payment::begin(&app, &friend, 5_000).await;
    plain.pay_and_approve(&app).await;
    let support = support_body(&funding, 5_000, "축하해");
    let payment = Payment::begin_for(&app, &friend, &support).await;
    let token = payment.pay(&app).await.token;
    PendingPayments {
        app,
        author,
        payment,
        token,
        plain,
        support,
    }
}

impl PendingPayments {
    /// Checks that approving the payment for a support returns 409 and refunds it at once.
    async fn assert_approval_is_refunded(&self) {
        for _ in 0..2 {
            let answer = self.payment.approve(&self.token).await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{answer:?}");
            assert_eq!(answer.json()["code"], "given_back", "{answer:?}");
        }
        assert_refunded(&self.app, &self.payment, 5_000, "funding_closed").await;
    }

    /// Checks that `POST /remit/` returns this status and that the payment it would have used is refunded.
    async fn assert_support_is_refunded(&self, status: u16, reason: &str) {
        let call = self
            .plain
            .member
            .json(Method::POST, "/remit/", self.support.clone());
        let answer = call.await;
        assert_eq!(answer.status.as_u16(), status, "{answer:?}");
        move_clocks(&self.app, 900).await;
        assert_refunded(&self.app, &self.plain, 5_000, reason).await;
        self.app.assert_books_balance().await;
    }
}

#[tokio::test]
async fn a_support_after_the_deadline_is_refunded() {
    let pending = pending_payments().await;
    pending.app.move_clock(301).await;
    pending.assert_approval_is_refunded().await;
    pending
        .assert_support_is_refunded(409, "funding_closed")
        .await;
}

#[tokio::test]
async fn a_support_of_a_deleted_funding_is_refunded() {
    let pending = pending_payments().await;
    let id = pending.support["funding"].as_str().unwrap().to_owned();
    let deleted = pending
        .author
        .form(Method::DELETE, "/funding/", &[("id", &id)])
        .await;
    assert_eq!(deleted.status, StatusCode::OK, "{deleted:?}");
    pending.assert_approval_is_refunded().await;
    pending
        .assert_support_is_refunded(409, "funding_closed")
        .await;
}

#[tokio::test]
async fn a_support_for_a_suspended_author_is_refunded() {
    let pending = pending_payments().await;
    let (code, text) = pending
        .app
        .command(&["admin", "suspend", &pending.author.id])
        .await;
    assert_eq!(code, 0, "{text}");
    pending.assert_approval_is_refunded().await;
    pending
        .assert_support_is_refunded(409, "funding_closed")
        .await;
}

#[tokio::test]
async fn a_support_of_a_former_friend_is_refunded() {
    let pending = pending_payments().await;
    let friend = &pending.payment.member.id;
    let ended = pending
        .author
        .form(Method::DELETE, "/follow/", &[("id", friend)])
        .await;
    assert_eq!(ended.status, StatusCode::OK, "{ended:?}");
    pending.assert_approval_is_refunded().await;
    pending
        .assert_support_is_refunded(204, "never_attached")
        .await;
}

#[tokio::test]
async fn a_member_who_leaves_is_refunded_unused_payments() {
    let app = App::start().await;
    let (author, friend) = author_and_friend(&app).await;
    let funding = author.opens("자전거", true).await;
    friend.supports(&funding, 7_000, "잘 지내").await;
    let unused = Payment::begin(&app, &friend, 5_000).await;
    unused.pay_and_approve(&app).await;
    let open = Payment::begin(&app, &friend, 6_000).await;
    let proof = open.pay(&app).await;
    let left = friend.form(Method::DELETE, "/account/", &[]).await;
    assert_eq!(left.status, StatusCode::OK, "{left:?}");
    page(&app, &proof.path).await;
    move_clocks(&app, 700).await;
    for (payment, amount) in [(&unused, 5_000), (&open, 6_000)] {
        let path = format!("/remit/kakaopay/return/{}", payment.order);
        eventually("told so", async || {
            page(&app, &path).await.contains("환불됐어요")
        })
        .await;
        payment.assert_charged_once(&app, amount).await;
    }
    assert_eq!(
        total(&author, &funding).await,
        7_000,
        "what was given stays"
    );
    app.assert_books_balance().await;
}

#[tokio::test]
async fn a_support_taken_back_leaves_the_list_and_the_total_at_once() {
    let app = App::start().await;
    let (author, friend) = author_and_friend(&app).await;
    let funding = author.opens("자전거", true).await;
    friend.supports(&funding, 7_000, "첫 번째").await;
    let support = support_body(&funding, 5_000, "두 번째");
    let payment = Payment::begin_for(&app, &friend, &support).await;
    payment.pay_and_approve(&app).await;
    let second = friend.json(Method::POST, "/remit/", support.clone()).await;
    let id = second.json()["id"].to_string();
    payment.inject_fault(&app, "cancel", "http_500", 1).await;
    let others = author.form(Method::DELETE, "/remit/", &[("id", &id)]).await;
    assert_eq!(others.status, StatusCode::BAD_REQUEST, "{others:?}");
    for _ in 0..2 {
        let asked = friend.form(Method::DELETE, "/remit/", &[("id", &id)]).await;
        assert_eq!(asked.status, StatusCode::OK, "{asked:?}");
        assert_eq!(support_count(&friend, &funding).await, 1);
        assert_eq!(total(&author, &funding).await, 7_000);
    }
    assert_refunded(&app, &payment, 5_000, "taken_back").await;
    assert_eq!(total(&author, &funding).await, 7_000);
    let again = friend.json(Method::POST, "/remit/", support).await;
    assert_eq!(again.status, StatusCode::PAYMENT_REQUIRED, "{again:?}");
    app.assert_books_balance().await;
}

#[tokio::test]
async fn a_deleted_funding_is_refunded_completely() {
    let app = App::start().await;
    let author = app.member("하늘").await;
    let funding = author.opens("자전거", true).await;
    let mut payments = Vec::new();
    for amount in (1..=12).map(|part| part * 1_000) {
        let friend = app.member("지우").await;
        let support = support_body(&funding, amount, "축하해");
        let payment = Payment::begin_for(&app, &friend, &support).await;
        payment.pay_and_approve(&app).await;
        payments.push((payment, amount));
    }
    assert_eq!(total(&author, &funding).await, 78_000);
    let id = funding["id"].to_string();
    author
        .form(Method::DELETE, "/funding/", &[("id", &id)])
        .await;
    for (payment, amount) in payments {
        assert_refunded(&app, &payment, amount, "funding_deleted").await;
    }
    app.assert_books_balance().await;
}

#[tokio::test]
async fn a_refund_happens_once_whatever_kakaopay_responds() {
    let app = App::with(&[("FUNSUN_PAYMENT_LEASE_SECONDS", "1")]).await;
    let (author, friend) = author_and_friend(&app).await;
    let funding = author.opens("자전거", true).await;
    let faults = [
        "lost",
        "drop",
        "http_500",
        "http_500_done",
        "declined",
        "malformed_json",
        "unknown_status",
        "wrong_amount",
    ];
    let mut payments = Vec::new();
    for fault in faults {
        for order in [None, Some("http_500"), Some("wrong_amount")] {
            let support = support_body(&funding, 5_000, "축하해");
            let payment = Payment::begin_for(&app, &friend, &support).await;
            payment.pay_and_approve(&app).await;
            payment.inject_fault(&app, "cancel", fault, 1).await;
            if let Some(order) = order {
                payment.inject_fault(&app, "order", order, 1).await;
            }
            payments.push(payment);
        }
    }
    let id = funding["id"].to_string();
    author
        .form(Method::DELETE, "/funding/", &[("id", &id)])
        .await;
    let mut minutes = 0;
    eventually("all refunded", async || {
        minutes += 1;
        move_clocks(&app, minutes * 60).await;
        let mut all = true;
        for payment in &payments {
            all &= payment.state(&app).await == "refunded";
        }
        all
    })
    .await;
    for payment in payments {
        assert_refunded(&app, &payment, 5_000, "funding_deleted").await;
    }
    // The audit calls KakaoPay too, so faults that a fast refund did not use up are removed.
    app.sandbox(Method::DELETE, "/sandbox/faults", Value::Null)
        .await;
    app.assert_books_balance().await;
}
