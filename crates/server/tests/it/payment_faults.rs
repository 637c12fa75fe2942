//! KakaoPay's responses get lost, are late, malformed or wrong. Payers are charged at most once, and our
//! records match KakaoPay's in the end.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, Member, eventually, send};
use crate::payer::{Payment, move_clocks, page, payments_of, support_body, total};

/// A short lease, so that tests wait for seconds instead of a minute.
const SHORT_LEASE: &[(&str, &str)] = &[
    ("FUNSUN_PAYMENT_LEASE_SECONDS", "2"),
    ("FUNSUN_ACCESS_TOKEN_SECONDS", "86400"),
];

async fn setup(settings: &[(&str, &str)]) -> (App, Member, Member, Value) {
    let app = App::with(settings).await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    (app, author, friend, funding)
}

/// A payment for a support of 5,000 won, paid on KakaoPay's page and not yet approved.
async fn paid_payment(
    app: &App,
    member: &Member,
    funding: &Value,
) -> (Payment, crate::payer::Proof) {
    let support = support_body(funding, 5_000, "축하해");
    let payment = Payment::begin_for(app, member, &support).await;
    let proof = payment.pay(app).await;
    (payment, proof)
}

#[tokio::test]
async fn a_charge_counts_whatever_the_response_of_approve() {
    let (app, author, friend, funding) = setup(SHORT_LEASE).await;
    let faults = [
        "lost",
        "http_500_done",
        "user_locked",
        "malformed_json",
        "wrong_amount",
    ];
    for fault in faults {
        let (payment, proof) = paid_payment(&app, &friend, &funding).await;
        payment.inject_fault(&app, "approve", fault, 1).await;
        let answer = payment.approve(&proof.token).await;
        assert_eq!(answer.status, StatusCode::OK, "{fault}: {answer:?}");
        assert!(page(&app, &proof.path).await.contains("후원이 전해졌어요"));
        payment.assert_charged_once(&app, 0).await;
    }
    assert_eq!(total(&author, &funding).await, 25_000);
    app.assert_books_balance().await;
}

#[tokio::test]
async fn an_approval_that_never_arrived_can_be_retried() {
    let (app, author, friend, funding) = setup(SHORT_LEASE).await;
    for fault in ["drop", "http_500", "http_503"] {
        let (payment, proof) = paid_payment(&app, &friend, &funding).await;
        payment.inject_fault(&app, "approve", fault, 1).await;
        let unclear = payment.approve(&proof.token).await;
        assert_eq!(unclear.status, StatusCode::CONFLICT, "{fault}: {unclear:?}");
        payment.assert_never_charged(&app).await;
        assert!(page(&app, &proof.path).await.contains("후원이 전해졌어요"));
        let answer = payment.approve(&proof.token).await;
        assert_eq!(answer.status, StatusCode::OK, "{fault}: {answer:?}");
        payment.assert_charged_once(&app, 0).await;
    }
    assert_eq!(total(&author, &funding).await, 15_000);
    app.assert_books_balance().await;
}

#[tokio::test]
async fn a_declined_approval_fails_without_a_charge() {
    let (app, author, friend, funding) = setup(SHORT_LEASE).await;
    let (payment, proof) = paid_payment(&app, &friend, &funding).await;
    payment.inject_fault(&app, "approve", "declined", 1).await;
    for _ in 0..2 {
        let answer = payment.approve(&proof.token).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
        assert!(page(&app, &proof.path).await.contains("결제하지 못했어요"));
    }
    assert_eq!(payment.state(&app).await, "failed");
    payment.assert_never_charged(&app).await;
    assert_eq!(total(&author, &funding).await, 0);
    app.assert_books_balance().await;
}

#[tokio::test]
async fn the_sweeper_resolves_payments_that_approval_and_lookup_left_unclear() {
    let (app, author, friend, funding) = setup(SHORT_LEASE).await;
    let faults = [
        "lost",
        "drop",
        "http_500",
        "malformed_json",
        "unknown_status",
        "wrong_amount",
    ];
    let mut payments = Vec::new();
    for fault in faults {
        let (payment, proof) = paid_payment(&app, &friend, &funding).await;
        payment.inject_fault(&app, "approve", "lost", 1).await;
        payment.inject_fault(&app, "order", fault, 1).await;
        let answer = payment.approve(&proof.token).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{fault}: {answer:?}");
        assert_eq!(payment.state(&app).await, "approving", "{fault}");
        payments.push(payment);
    }
    move_clocks(&app, 60).await;
    for payment in payments {
        eventually("settled", async || payment.state(&app).await == "attached").await;
        payment.assert_charged_once(&app, 0).await;
    }
    assert_eq!(total(&author, &funding).await, 30_000);
    app.assert_books_balance().await;
}

#[tokio::test]
async fn an_unclear_payment_is_not_mistaken_for_another() {
    let (app, _, friend, funding) = setup(SHORT_LEASE).await;
    let (doubtful, proof) = paid_payment(&app, &friend, &funding).await;
    doubtful.inject_fault(&app, "approve", "lost", 1).await;
    doubtful.inject_fault(&app, "order", "http_500", 1).await;
    let answer = doubtful.approve(&proof.token).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{answer:?}");
    let (other, other_proof) = paid_payment(&app, &friend, &funding).await;
    other.inject_fault(&app, "approve", "drop", 1).await;
    let answer = other.approve(&other_proof.token).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{answer:?}");
    other.assert_never_charged(&app).await;
    for (payment, proof) in [(other, other_proof), (doubtful, proof)] {
        let answer = payment.approve(&proof.token).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(answer.json()["order"], *payment.order);
        payment.assert_charged_once(&app, 0).await;
    }
    app.assert_books_balance().await;
}

#[tokio::test]
async fn the_return_page_refreshes_until_the_outcome_is_known() {
    let (app, _, friend, funding) = setup(SHORT_LEASE).await;
    let (payment, proof) = paid_payment(&app, &friend, &funding).await;
    payment.inject_fault(&app, "approve", "lost", 1).await;
    payment.inject_fault(&app, "order", "http_500", 2).await;
    for _ in 0..2 {
        let answer = send(app.visitor(Method::GET, &proof.path)).await;
        assert!(answer.text.contains("결제를 확인하고 있어요"), "{answer:?}");
        assert_eq!(answer.headers["refresh"], "3");
    }
    assert!(page(&app, &proof.path).await.contains("후원이 전해졌어요"));
    payment.assert_charged_once(&app, 0).await;
}

#[tokio::test]
async fn an_unknown_status_never_ends_a_charged_payment() {
    let (app, author, friend, funding) = setup(SHORT_LEASE).await;
    let (payment, proof) = paid_payment(&app, &friend, &funding).await;
    payment.inject_fault(&app, "approve", "lost", 1).await;
    payment
        .inject_fault(&app, "order", "unknown_status", 1_000)
        .await;
    payment.approve(&proof.token).await;
    for minutes in [20, 60, 120] {
        move_clocks(&app, minutes * 60).await;
        page(&app, &proof.path).await;
        assert_eq!(payment.state(&app).await, "approving");
    }
    let all = json!({"scope": {"tid": payment.tid}, "call": "order", "fault": null});
    app.sandbox(Method::PUT, "/sandbox/faults", all).await;
    move_clocks(&app, 240 * 60).await;
    eventually("settled", async || payment.state(&app).await == "attached").await;
    assert_eq!(total(&author, &funding).await, 5_000);
    app.assert_books_balance().await;
}

#[tokio::test]
async fn a_response_after_the_lease_has_expired_charges_once() {
    let lease = [("FUNSUN_PAYMENT_LEASE_SECONDS", "1")];
    let (app, author, friend, funding) = setup(&lease).await;
    let (payment, proof) = paid_payment(&app, &friend, &funding).await;
    let late = json!({"scope": {"tid": payment.tid}, "call": "approve", "fault": "delay",
        "delay_ms": 3_500, "times": 1});
    app.sandbox(Method::PUT, "/sandbox/faults", late).await;
    let loaded = page(&app, &proof.path);
    let approved = payment.approve(&proof.token);
    let (loaded, approved) = tokio::join!(loaded, approved);
    // Whichever of the two comes second takes over when the lease has expired.
    let shown = ["결제를 확인하고 있어요", "후원이 전해졌어요"];
    assert!(shown.iter().any(|text| loaded.contains(text)), "{loaded}");
    assert_eq!(approved.status, StatusCode::OK, "{approved:?}");
    assert!(page(&app, &proof.path).await.contains("후원이 전해졌어요"));
    payment.assert_charged_once(&app, 0).await;
    assert_eq!(total(&author, &funding).await, 5_000);
    app.assert_books_balance().await;
}

#[tokio::test]
async fn a_client_disconnect_during_approval_still_creates_the_support() {
    let (app, author, friend, funding) = setup(&[]).await;
    let (payment, proof) = paid_payment(&app, &friend, &funding).await;
    let late = json!({"scope": {"tid": payment.tid}, "call": "approve", "fault": "delay",
        "delay_ms": 1_000, "times": 1});
    app.sandbox(Method::PUT, "/sandbox/faults", late).await;
    let url = format!("{}{}", app.url, proof.path);
    let hurried = app.http.get(url).timeout(Duration::from_millis(300));
    assert!(hurried.send().await.unwrap_err().is_timeout());
    eventually("supported", async || {
        total(&author, &funding).await == 5_000
    })
    .await;
    payment.assert_charged_once(&app, 0).await;
    app.assert_books_balance().await;
}

#[tokio::test]
async fn an_order_that_kakaopay_refuses_charges_nothing() {
    let (app, _, friend, funding) = setup(SHORT_LEASE).await;
    let faults = [
        "lost",
        "drop",
        "http_500",
        "http_500_done",
        "declined",
        "malformed_json",
    ];
    let support = support_body(&funding, 5_000, "축하해");
    for fault in faults {
        let rule = json!({"call": "ready", "fault": fault, "times": 1});
        app.sandbox(Method::PUT, "/sandbox/faults", rule).await;
        let call = friend.call(Method::POST, "/remit/kakaopay/ready");
        let answer = send(call.json(&support)).await;
        let status = answer.status;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "{fault}");
    }
    for record in payments_of(&app, &friend).await {
        assert_eq!(record["state"], "failed", "{record}");
    }
    let again = Payment::begin_for(&app, &friend, &support).await;
    again.pay_and_approve(&app).await;
    assert_eq!(again.state(&app).await, "attached");
    app.assert_books_balance().await;
}

/// As after a restored backup: KakaoPay has approved a payment whose approval is not in our database.
#[tokio::test]
async fn a_charge_missing_from_the_database_is_found_and_counted() {
    let (app, author, friend, funding) = setup(SHORT_LEASE).await;
    let (payment, proof) = paid_payment(&app, &friend, &funding).await;
    let approved = payment.capture_at_kakaopay(&app, &proof.token).await;
    assert_eq!(approved.status, StatusCode::OK, "{approved:?}");
    assert_eq!(payment.state(&app).await, "ready");
    move_clocks(&app, 20 * 60).await;
    eventually("found", async || payment.state(&app).await == "attached").await;
    assert_eq!(total(&author, &funding).await, 5_000);
    payment.assert_charged_once(&app, 0).await;
    app.assert_books_balance().await;
}

#[tokio::test]
async fn a_partial_refund_in_kakaopays_console_is_booked_and_parks_ours() {
    let (app, author, friend, funding) = setup(SHORT_LEASE).await;
    let (payment, proof) = paid_payment(&app, &friend, &funding).await;
    payment.approve(&proof.token).await;
    let support = support_body(&funding, 5_000, "축하해");
    let given = friend.json(Method::POST, "/remit/", support).await.json();
    payment.refund_at_kakaopay(&app, 2_000, 5_000).await;
    let id = given["id"].to_string();
    let asked = friend.form(Method::DELETE, "/remit/", &[("id", &id)]).await;
    assert_eq!(asked.status, StatusCode::OK, "{asked:?}");
    payment.count_calls(&app, "cancel").await;
    let again = friend.form(Method::DELETE, "/remit/", &[("id", &id)]).await;
    assert_eq!(again.status, StatusCode::OK, "{again:?}");
    for hours in 1..4 {
        move_clocks(&app, hours * 3_600).await;
        app.assert_books_balance_but_for(1).await;
    }
    assert_eq!(
        payment.calls(&app, "cancel").await,
        0,
        "it waits for a person"
    );
    payment.assert_charged_once(&app, 2_000).await;
    let record = payment.record(&app).await;
    assert_eq!(record["state"], "refunding");
    assert_eq!(record["refunded_amount"], 2_000, "booked");
    assert_eq!(total(&author, &funding).await, 0);
    let (code, text) = app.command(&["payment", "list", "--needs-review"]).await;
    assert_eq!(code, 0, "{text}");
    assert!(text.contains(&payment.order), "{text}");
    assert!(text.contains("refund_refused"), "{text}");
    let (code, text) = app
        .command(&["payment", "resolve", &payment.order, "retry"])
        .await;
    assert_eq!(code, 0, "{text}");
    eventually("refunded", async || payment.state(&app).await == "refunded").await;
    payment.assert_charged_once(&app, 5_000).await;
    app.assert_books_balance().await;
}
