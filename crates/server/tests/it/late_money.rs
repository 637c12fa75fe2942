//! Money that is found after we closed its order, and look-ups that prove nothing.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, Member, eventually, send, seoul_time_in};
use crate::payer::{Payment, Proof, move_clocks, page, support_body, total};

const SETTINGS: &[(&str, &str)] = &[
    ("FUNSUN_PAYMENT_LEASE_SECONDS", "2"),
    ("FUNSUN_ACCESS_TOKEN_SECONDS", "8640000"),
];

/// A payer who has paid on KakaoPay's page for a support of 5,000 won.
struct Paid {
    app: App,
    author: Member,
    funding: Value,
    payment: Payment,
    proof: Proof,
}

impl Paid {
    async fn new() -> Self {
        Self::until(30 * 86_400).await
    }

    /// For a funding with a deadline in this many seconds.
    async fn until(seconds: i64) -> Self {
        let app = App::with(SETTINGS).await;
        let (author, friend) = (app.member("하늘").await, app.member("지우").await);
        let deadline = seoul_time_in(seconds);
        let funding = author.opens_until("자전거", true, &deadline).await;
        let support = support_body(&funding, 5_000, "축하해");
        let payment = Payment::begin_for(&app, &friend, &support).await;
        let proof = payment.pay(&app).await;
        Self {
            app,
            author,
            funding,
            payment,
            proof,
        }
    }

    /// Captures the money as our own approval would have, without telling us.
    async fn capture_at_kakaopay(&self) {
        let approved = self
            .payment
            .capture_at_kakaopay(&self.app, &self.proof.token)
            .await;
        assert_eq!(approved.status, StatusCode::OK, "{approved:?}");
    }

    /// Moves our clock only: KakaoPay still accepts the order.
    async fn close_by_a_clock_jump(&self) {
        self.app.move_clock(1_200).await;
        eventually("closed", async || {
            self.payment.state(&self.app).await == "expired"
        })
        .await;
    }

    async fn assert_state(&self, state: &str) {
        eventually(state, async || self.payment.state(&self.app).await == state).await;
    }
}

#[tokio::test]
async fn money_found_after_an_order_expired_becomes_the_support() {
    let paid = Paid::new().await;
    paid.close_by_a_clock_jump().await;
    // Looks that find nothing don't use up the later ones.
    for _ in 0..4 {
        page(&paid.app, &paid.proof.path).await;
    }
    paid.capture_at_kakaopay().await;
    paid.app.move_clock(8_000).await;
    paid.assert_state("attached").await;
    assert_eq!(total(&paid.author, &paid.funding).await, 5_000);
    paid.payment.assert_charged_once(&paid.app, 0).await;
    paid.app.assert_books_balance().await;
}

#[tokio::test]
async fn money_found_when_the_funding_has_ended_is_refunded() {
    let paid = Paid::until(900).await;
    paid.close_by_a_clock_jump().await;
    paid.capture_at_kakaopay().await;
    paid.app.move_clock(8_000).await;
    paid.assert_state("refunded").await;
    assert_eq!(total(&paid.author, &paid.funding).await, 0);
    paid.payment.assert_charged_once(&paid.app, 5_000).await;
    paid.app.assert_books_balance().await;
}

#[tokio::test]
async fn a_payer_who_returns_to_a_closed_order_makes_us_look() {
    let paid = Paid::new().await;
    paid.close_by_a_clock_jump().await;
    let text = page(&paid.app, &paid.proof.path).await;
    assert!(text.contains("결제 시간이 지났어요"), "{text}");
    paid.capture_at_kakaopay().await;
    let text = page(&paid.app, &paid.proof.path).await;
    assert!(text.contains("후원이 전해졌어요"), "{text}");
    paid.app.assert_books_balance().await;
}

#[tokio::test]
async fn a_late_approval_after_our_request_was_lost_is_found() {
    let paid = Paid::new().await;
    let (app, payment) = (&paid.app, &paid.payment);
    payment.inject_fault(app, "approve", "drop", 1).await;
    let answer = payment.approve(&paid.proof.token).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{answer:?}");
    paid.close_by_a_clock_jump().await;
    paid.capture_at_kakaopay().await;
    app.move_clock(1_200 + 660).await;
    paid.assert_state("attached").await;
    app.assert_books_balance().await;
}

#[tokio::test]
async fn a_record_that_lacks_what_we_compare_proves_nothing() {
    for fault in ["missing_amount", "missing_canceled", "missing_ids"] {
        let paid = Paid::new().await;
        let (app, payment) = (&paid.app, &paid.payment);
        payment.inject_fault(app, "approve", "lost", 1).await;
        payment.inject_fault(app, "order", fault, 1_000).await;
        let answer = payment.approve(&paid.proof.token).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{fault}: {answer:?}");
        move_clocks(app, 7_200).await;
        assert_eq!(payment.state(app).await, "approving", "{fault}");
        app.sandbox(Method::DELETE, "/sandbox/faults", Value::Null)
            .await;
        move_clocks(app, 10_800).await;
        paid.assert_state("attached").await;
    }
}

#[tokio::test]
async fn a_part_that_is_cancelled_during_the_approval_is_booked_with_it() {
    let paid = Paid::new().await;
    let (app, payment) = (&paid.app, &paid.payment);
    payment.inject_fault(app, "approve", "lost", 1).await;
    payment.inject_fault(app, "order", "http_500", 1).await;
    payment.approve(&paid.proof.token).await;
    payment.refund_at_kakaopay(app, 2_000, 5_000).await;
    move_clocks(app, 60).await;
    paid.assert_state("partly_refunded").await;
    assert_eq!(payment.record(app).await["refunded_amount"], 2_000);
    assert_eq!(total(&paid.author, &paid.funding).await, 3_000);
    let (_, text) = app.command(&["payment", "list"]).await;
    assert!(text.contains("partly_refunded_at_provider"), "{text}");
    app.assert_books_balance().await;
}

#[tokio::test]
async fn a_refund_in_kakaopays_console_is_booked_when_we_look() {
    let paid = Paid::new().await;
    let (app, payment) = (&paid.app, &paid.payment);
    payment.approve(&paid.proof.token).await;
    payment.refund_at_kakaopay(app, 5_000, 5_000).await;
    let (code, text) = app.command(&["audit"]).await;
    assert_eq!(code, 1, "{text}");
    let retry = ["payment", "resolve", &payment.order, "retry"];
    assert_eq!(app.command(&retry).await.0, 0);
    paid.assert_state("refunded").await;
    assert_eq!(payment.record(app).await["refund_reason"], "at_provider");
    assert_eq!(total(&paid.author, &paid.funding).await, 0);
    let path = format!("/remit/?id={}", paid.funding["id"]);
    assert_eq!(paid.author.status(&path).await, 204, "off the list");
    app.assert_books_balance().await;
}

#[tokio::test]
async fn money_is_recorded_when_nobody_can_be_told() {
    let paid = Paid::new().await;
    paid.app
        .change_database("ALTER TABLE notifications RENAME TO elsewhere");
    let answer = paid.payment.approve(&paid.proof.token).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    assert_eq!(total(&paid.author, &paid.funding).await, 5_000);
    paid.app
        .change_database("ALTER TABLE elsewhere RENAME TO notifications");
    paid.app.assert_books_balance().await;
}

#[tokio::test]
async fn the_return_page_answers_while_the_approval_hangs() {
    let paid = Paid::new().await;
    let hang =
        json!({"scope": {"tid": paid.payment.tid}, "call": "approve", "fault": "hang", "times": 1});
    paid.app.sandbox(Method::PUT, "/sandbox/faults", hang).await;
    let url = format!("{}{}", paid.app.url, paid.proof.path);
    let in_time = paid
        .app
        .http
        .get(url)
        .timeout(std::time::Duration::from_secs(8));
    let answer = send(in_time).await;
    assert!(answer.text.contains("결제를 확인하고 있어요"), "{answer:?}");
    assert_eq!(answer.headers["refresh"], "3");
}

#[tokio::test]
async fn a_support_is_taken_back_until_the_deadline_only() {
    let paid = Paid::until(3_600).await;
    let (app, payment) = (&paid.app, &paid.payment);
    payment.approve(&paid.proof.token).await;
    let browser = crate::visitor::Visitor::of(&payment.member);
    let funding_page = format!("/fundings/{}", paid.funding["id"]);
    let link = "/take-back";
    let text = browser.get(&funding_page).await.text;
    let path = text.split('"').find(|part| part.ends_with(link)).unwrap();
    let confirm = browser.get(path).await.text;
    assert!(confirm.contains("까지 취소할 수 있어요"), "{confirm}");
    app.move_clock(3_601).await;
    let text = browser.get(&funding_page).await.text;
    assert!(!text.contains(link), "{text}");
    let late = browser.post(path, &[]).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{late:?}");
    let id = path.split('/').nth(2).unwrap();
    let late = payment
        .member
        .form(Method::DELETE, "/remit/", &[("id", id)])
        .await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{late:?}");
    assert_eq!(total(&paid.author, &paid.funding).await, 5_000);
}

#[tokio::test]
async fn a_support_that_the_approval_made_takes_no_other_payment() {
    let paid = Paid::new().await;
    let (app, payment) = (&paid.app, &paid.payment);
    let other = Payment::begin(app, &payment.member, 5_000).await;
    other.pay_and_approve(app).await;
    payment.approve(&paid.proof.token).await;
    let support = support_body(&paid.funding, 5_000, "축하해");
    for _ in 0..2 {
        let answer = payment
            .member
            .json(Method::POST, "/remit/", support.clone())
            .await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    }
    assert_eq!(other.state(app).await, "approved");
    assert_eq!(total(&paid.author, &paid.funding).await, 5_000);
    let another = paid.author.opens("기타", true).await;
    let support = support_body(&another, 5_000, "이것도");
    let answer = payment.member.json(Method::POST, "/remit/", support).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    assert_eq!(total(&paid.author, &another).await, 5_000);
    app.assert_books_balance().await;
}

#[tokio::test]
async fn a_lease_of_a_clock_that_was_set_back_holds_nobody_up() {
    let paid = Paid::new().await;
    paid.app
        .change_database("UPDATE payments SET lease_until = 9000000000000000");
    let text = page(&paid.app, &paid.proof.path).await;
    assert!(text.contains("후원이 전해졌어요"), "{text}");
    paid.app
        .change_database("UPDATE payments SET lease_until = 9000000000000000");
    let id = paid.funding["id"].to_string();
    let fields = [("id", id.as_str())];
    paid.author.form(Method::DELETE, "/funding/", &fields).await;
    paid.assert_state("refunded").await;
}
