//! Which payments the sweeper must not touch, and what must not wait for it.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::{App, Member, eventually, send, seoul_time_in};
use crate::database;
use crate::payer::{Payment, move_clocks, page, payments_of, support_body, total};

/// The sweeper runs once, at start-up.
const ONE_SWEEP: &[(&str, &str)] = &[("FUNSUN_SWEEP_INTERVAL_SECONDS", "3600")];

async fn give(member: &Member, support: &Value) -> (StatusCode, Value) {
    let answer = member.json(Method::POST, "/remit/", support.clone()).await;
    (answer.status, answer.json())
}

#[tokio::test]
async fn refunds_complete_without_the_sweeper() {
    let app = App::with(ONE_SWEEP).await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let deadline = seoul_time_in(300);
    let funding = author.opens_until("자전거", true, &deadline).await;
    let support = |amount: i64| support_body(&funding, amount, "축하해");

    let taken_back = Payment::begin_for(&app, &friend, &support(3_000)).await;
    taken_back.pay_and_approve(&app).await;
    let (_, given) = give(&friend, &support(3_000)).await;
    let id = given["id"].to_string();
    let asked = friend.form(Method::DELETE, "/remit/", &[("id", &id)]).await;
    assert_eq!(asked.status, StatusCode::OK, "{asked:?}");
    assert_eq!(taken_back.state(&app).await, "refunded");

    let unattached = Payment::begin(&app, &friend, 4_000).await;
    unattached.pay_and_approve(&app).await;
    let approved_late = Payment::begin_for(&app, &friend, &support(5_000)).await;
    let proof = approved_late.pay(&app).await;
    app.move_clock(301).await;
    let late = approved_late.approve(&proof.token).await;
    assert_eq!(late.status, StatusCode::CONFLICT, "{late:?}");
    assert_eq!(approved_late.state(&app).await, "refunded");
    let (status, body) = give(&friend, &support(4_000)).await;
    assert_eq!(status, StatusCode::CONFLICT, "{body}");
    assert_eq!(unattached.state(&app).await, "refunded");

    for (payment, amount) in [
        (taken_back, 3_000),
        (unattached, 4_000),
        (approved_late, 5_000),
    ] {
        payment.assert_charged_once(&app, amount).await;
    }
    assert_eq!(total(&author, &funding).await, 0);
}

#[tokio::test]
async fn a_slow_ready_call_is_not_failed_by_the_sweeper() {
    let app = App::start().await;
    let friend = app.member("지우").await;
    // Longer than two sweeps.
    let slow = json!({"call": "ready", "fault": "delay", "delay_ms": 2_500, "times": 1});
    app.sandbox(Method::PUT, "/sandbox/faults", slow).await;
    let payment = Payment::begin(&app, &friend, 5_000).await;
    assert_eq!(payment.state(&app).await, "ready");
    payment.pay_and_approve(&app).await;
}

#[tokio::test]
async fn a_payment_can_be_paid_until_fifteen_minutes_are_over() {
    let app = App::start().await;
    let friend = app.member("지우").await;
    let payment = Payment::begin(&app, &friend, 5_000).await;
    payment.count_calls(&app, "order").await;
    let witness = Payment::begin(&app, &friend, 1_000).await;
    witness.pay_and_approve(&app).await;
    move_clocks(&app, 15 * 60 - 120).await;
    eventually("a sweep has run", async || {
        witness.state(&app).await == "refunded"
    })
    .await;
    assert_eq!(payment.state(&app).await, "ready");
    assert_eq!(payment.calls(&app, "order").await, 0);
    payment.pay_and_approve(&app).await;
}

#[tokio::test]
async fn settled_payments_are_not_looked_up_again() {
    let app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    let support = support_body(&funding, 5_000, "축하해");
    let payment = Payment::begin_for(&app, &friend, &support).await;
    payment.pay_and_approve(&app).await;
    for call in ["order", "approve", "cancel"] {
        payment.count_calls(&app, call).await;
    }
    for way in ["return", "cancelled", "failed"] {
        let path = format!("/remit/kakaopay/{way}/{}", payment.order);
        assert!(page(&app, &path).await.contains("후원이 전해졌어요"));
    }
    let witness = Payment::begin(&app, &friend, 1_000).await;
    witness.pay_and_approve(&app).await;
    move_clocks(&app, 1_200).await;
    eventually("a sweep has run", async || {
        witness.state(&app).await == "refunded"
    })
    .await;
    for call in ["order", "approve", "cancel"] {
        assert_eq!(payment.calls(&app, call).await, 0, "{call}");
    }
}

#[tokio::test]
async fn one_sweep_settles_every_due_payment() {
    let mut app = App::with(ONE_SWEEP).await;
    let friend = app.member("지우").await;
    Payment::begin(&app, &friend, 5_000).await;
    app.kill().await;
    // More than two of its batches of 200.
    app.change_database(&format!(
        "INSERT INTO payments (order_ref, account_id, merchant_account_id, payer_ref, amount, state, lane, \
         next_check_at, expires_at, created_at, changed_at) \
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 449) \
         SELECT {}, account_id, 1, 'p', 1000, 'created', 1, 0, 0, created_at, created_at \
         FROM payments, numbers WHERE payments.id = 1",
        database::padded("n", 32)
    ));
    app.restart().await;
    let friend = app.reconnect(&friend);
    eventually("the newest is settled", async || {
        let newest = friend.get("/remit/kakaopay/payments").await;
        newest[0]["state"] == "failed"
    })
    .await;
    eventually("all are settled", async || {
        let all = payments_of(&app, &friend).await;
        assert_eq!(all.len(), 450);
        all.iter().filter(|own| own["state"] == "failed").count() == 449
    })
    .await;
}

#[tokio::test]
async fn refunds_do_not_wait_for_abandoned_orders() {
    let app = App::with(&[("FUNSUN_LOG", "off")]).await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    let support = support_body(&funding, 5_000, "축하해");
    let payment = Payment::begin_for(&app, &friend, &support).await;
    payment.pay_and_approve(&app).await;
    // Fails once, so that the sweeper and not the request makes the refund.
    payment.inject_fault(&app, "cancel", "http_500", 1).await;
    app.change_database(&format!(
        "INSERT INTO payments (order_ref, account_id, merchant_account_id, payer_ref, reference, amount, state, \
         lane, next_check_at, expires_at, created_at, changed_at) \
         WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 100000) \
         SELECT {}, account_id, 1, 'p', 'T' || n, 1000, 'ready', 1, 0, 0, created_at, created_at \
         FROM payments, numbers WHERE payments.id = 1",
        database::padded("n", 32)
    ));
    let id = funding["id"].to_string();
    author
        .form(Method::DELETE, "/funding/", &[("id", &id)])
        .await;
    eventually("refunded", async || {
        payment.kakaopay_record(&app).await["canceled"] == 5_000
    })
    .await;
    let ready = send(app.visitor(Method::GET, "/readyz?verbose")).await.text;
    let abandoned = ready
        .lines()
        .find(|line| line.contains("unpaid"))
        .and_then(|line| line.rsplit(' ').next()?.parse::<i64>().ok());
    assert!(abandoned.unwrap() > 0, "they are still waiting: {ready}");
}

#[tokio::test]
async fn an_unreadable_refund_is_put_off_and_stops_no_other() {
    let app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    let mut payments = Vec::new();
    for amount in [5_000, 6_000] {
        let support = support_body(&funding, amount, "축하해");
        let payment = Payment::begin_for(&app, &friend, &support).await;
        payment.pay_and_approve(&app).await;
        payment.inject_fault(&app, "cancel", "http_500", 1).await;
        payments.push(payment);
    }
    app.change_database(&database::make_refunds_odd(5_000));
    let id = funding["id"].to_string();
    author
        .form(Method::DELETE, "/funding/", &[("id", &id)])
        .await;
    eventually("the other is refunded", async || {
        payments[1].kakaopay_record(&app).await["canceled"] == 6_000
    })
    .await;
    eventually("a person is asked", async || {
        let (_, text) = app.command(&["payment", "list", "--needs-review"]).await;
        text.contains(&payments[0].order) && text.contains("unreadable")
    })
    .await;
    app.change_database(
        "DROP TRIGGER odd; UPDATE refunds SET state = 'requested' WHERE state = 'odd'",
    );
    move_clocks(&app, 3_600).await;
    eventually("and the first one too", async || {
        payments[0].kakaopay_record(&app).await["canceled"] == 5_000
    })
    .await;
}

#[tokio::test]
async fn a_member_who_leaves_is_refunded_without_waiting_ten_minutes() {
    let app = App::start().await;
    let friend = app.member("지우").await;
    let unattached = Payment::begin(&app, &friend, 5_000).await;
    unattached.pay_and_approve(&app).await;
    let left = friend.form(Method::DELETE, "/account/", &[]).await;
    assert_eq!(left.status, StatusCode::OK, "{left:?}");
    eventually("refunded", async || {
        unattached.kakaopay_record(&app).await["canceled"] == 5_000
    })
    .await;
    app.assert_books_balance().await;
}
