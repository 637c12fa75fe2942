//! Payments that need a person: each reason is listed, and has a way out.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::app::{App, Member, eventually, send};
use crate::payer::{Payment, Proof, move_clocks, support_body, total};

const DAY: i64 = 86_400;

const SETTINGS: &[(&str, &str)] = &[
    ("FUNSUN_PAYMENT_LEASE_SECONDS", "2"),
    ("FUNSUN_ACCESS_TOKEN_SECONDS", "86400000"),
    ("FUNSUN_KAKAOPAY_MONEY_REFUND_DAYS", "365"),
];

/// An app with a support of 5,000 won that is paid on KakaoPay's page and not yet approved.
struct Case {
    app: App,
    author: Member,
    funding: Value,
    payment: Payment,
    proof: Proof,
}

impl Case {
    async fn new() -> Self {
        let app = App::with(SETTINGS).await;
        let (author, friend) = (app.member("하늘").await, app.member("지우").await);
        let funding = author.opens("자전거", true).await;
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

    async fn attached() -> Self {
        let case = Self::new().await;
        let answer = case.payment.approve(&case.proof.token).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        case
    }

    /// With a refund that KakaoPay refuses for good.
    async fn parked() -> Self {
        let case = Self::attached().await;
        case.payment
            .inject_fault(&case.app, "cancel", "refused_for_good", 1_000)
            .await;
        case.delete_funding().await;
        case.needs("refund_refused").await;
        case
    }

    async fn delete_funding(&self) {
        let id = self.funding["id"].to_string();
        let fields = [("id", id.as_str())];
        let answer = self.author.form(Method::DELETE, "/funding/", &fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }

    /// Moves the clocks, and waits until the sweeper has met the new time: it refunds a witness.
    async fn sweeps_after(&self, offset_seconds: i64) {
        let witness = Payment::begin(&self.app, &self.payment.member, 1_000).await;
        witness.pay_and_approve(&self.app).await;
        move_clocks(&self.app, offset_seconds).await;
        let refunded = async || witness.state(&self.app).await == "refunded";
        eventually("a sweep has run", refunded).await;
    }

    async fn list(&self) -> String {
        let (code, text) = self
            .app
            .command(&["payment", "list", "--needs-review"])
            .await;
        assert_eq!(code, 0, "{text}");
        text
    }

    /// Waits until the payment is listed for this reason, and counted.
    async fn needs(&self, reason: &str) {
        eventually(reason, async || {
            let text = self.list().await;
            text.contains(&self.payment.order) && text.contains(reason)
        })
        .await;
        let ready = send(self.app.visitor(Method::GET, "/readyz?verbose")).await;
        assert!(
            ready.text.contains("payments_needing_review 1"),
            "{ready:?}"
        );
    }

    async fn resolve(&self, how: &str) -> (i32, String) {
        let order = &self.payment.order;
        let arguments = ["payment", "resolve", order, how, "--note", "checked"];
        self.app.command(&arguments).await
    }

    async fn assert_resolved(&self, state: &str) {
        eventually(state, async || self.payment.state(&self.app).await == state).await;
        assert!(self.list().await.contains("No payment needs a person"));
        self.app.assert_books_balance().await;
    }

    async fn clear_faults(&self) {
        self.app
            .sandbox(Method::DELETE, "/sandbox/faults", Value::Null)
            .await;
    }
}

#[tokio::test]
async fn a_refund_refused_for_good_is_not_asked_for_again() {
    let case = Case::parked().await;
    case.payment.count_calls(&case.app, "cancel").await;
    for hours in 1..4 {
        case.sweeps_after(hours * 3_600).await;
    }
    assert_eq!(case.payment.calls(&case.app, "cancel").await, 0);
    assert!(case.list().await.contains("-711"), "the provider's reason");
    let (_, text) = case
        .app
        .command(&["payment", "show", &case.payment.order])
        .await;
    for line in ["requested", "sent", "parked", "funding_deleted"] {
        assert!(text.contains(line), "{text}");
    }
}

#[tokio::test]
async fn a_parked_refund_is_retried_as_another_refund() {
    let case = Case::parked().await;
    case.clear_faults().await;
    assert_eq!(case.resolve("retry").await.0, 0);
    case.assert_resolved("refunded").await;
    case.payment.assert_charged_once(&case.app, 5_000).await;
}

#[tokio::test]
async fn a_refund_can_be_paid_from_our_bank_account() {
    let case = Case::parked().await;
    assert_eq!(case.resolve("paid-by-bank").await.0, 0);
    assert_eq!(case.payment.state(&case.app).await, "refunded");
    assert!(case.list().await.contains("No payment needs a person"));
    // KakaoPay still holds the money, and the audit expects it there.
    case.app.assert_books_balance().await;
    let (code, text) = case.resolve("paid-by-bank").await;
    assert_ne!(code, 0, "once: {text}");
}

#[tokio::test]
async fn a_payment_unclear_for_a_day_can_be_closed_or_asked_about() {
    for how in ["not-captured", "retry"] {
        let case = Case::new().await;
        let (app, payment) = (&case.app, &case.payment);
        let lost = if how == "retry" { "lost" } else { "drop" };
        payment.inject_fault(app, "approve", lost, 1).await;
        payment
            .inject_fault(app, "order", "unknown_status", 1_000)
            .await;
        payment.approve(&case.proof.token).await;
        move_clocks(app, DAY + 3_600).await;
        case.needs("unclear").await;
        case.clear_faults().await;
        eventually("resolved", async || case.resolve(how).await.0 == 0).await;
        case.assert_resolved(if how == "retry" { "attached" } else { "failed" })
            .await;
    }
}

#[tokio::test]
async fn money_that_can_soon_not_be_refunded_is_listed_two_weeks_before() {
    let case = Case::attached().await;
    case.sweeps_after(350 * DAY).await;
    assert!(case.list().await.contains("No payment needs a person"));
    move_clocks(&case.app, 352 * DAY).await;
    case.needs("window_ends").await;
    assert_eq!(case.resolve("keep").await.0, 0);
    case.assert_resolved("attached").await;
    assert_eq!(total(&case.author, &case.funding).await, 5_000);
}

#[tokio::test]
async fn an_unreadable_payment_is_listed_and_stops_nobody() {
    let case = Case::attached().await;
    let app = &case.app;
    let other = Payment::begin_for(
        app,
        &case.payment.member,
        &support_body(&case.funding, 6_000, "나도"),
    )
    .await;
    other.pay_and_approve(app).await;
    app.change_database(
        "UPDATE payments SET state = 'invented', lane = 2, next_check_at = 1 WHERE amount = 5000",
    );
    case.needs("unreadable").await;
    case.delete_funding().await;
    eventually("the other is refunded", async || {
        other.kakaopay_record(app).await["canceled"] == 6_000
    })
    .await;
    let left = case
        .payment
        .member
        .form(Method::DELETE, "/account/", &[])
        .await;
    assert_eq!(left.status, StatusCode::OK, "{left:?}");
}

#[tokio::test]
async fn a_charge_that_kakaopay_does_not_have_is_listed() {
    let case = Case::new().await;
    case.app.change_database(
        "UPDATE payments SET state = 'attached', lane = 4, next_check_at = 1, refundable_until = 9000000000000000",
    );
    case.needs("not_at_provider").await;
    assert_eq!(case.resolve("keep").await.0, 0);
    assert!(case.list().await.contains("No payment needs a person"));
}

#[tokio::test]
async fn a_part_refunded_in_the_console_can_be_left_as_it_is() {
    let case = Case::attached().await;
    case.payment
        .refund_at_kakaopay(&case.app, 2_000, 5_000)
        .await;
    assert_eq!(case.resolve("retry").await.0, 0);
    case.needs("partly_refunded_at_provider").await;
    assert_eq!(case.resolve("keep").await.0, 0);
    case.assert_resolved("partly_refunded").await;
    assert_eq!(total(&case.author, &case.funding).await, 3_000);
}

#[tokio::test]
async fn what_can_not_be_resolved_says_why() {
    let case = Case::attached().await;
    for (how, why) in [
        ("paid-by-bank", "no refund of this payment is open"),
        ("not-captured", "only a payment whose outcome is unclear"),
    ] {
        let (code, text) = case.resolve(how).await;
        assert_ne!(code, 0, "{text}");
        assert!(text.contains(why), "{text}");
    }
    let unknown = ["payment", "resolve", &"0".repeat(32), "retry"];
    let (code, text) = case.app.command(&unknown).await;
    assert_ne!(code, 0, "{text}");
    assert!(text.contains("no such payment"), "{text}");
}
