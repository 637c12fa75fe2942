//! Several accounts at KakaoPay: one takes new payments, a former one is still looked up and refunded.

use reqwest::Method;

use crate::app::{App, eventually};
use crate::payer::{Payment, move_clocks, support_body, total};

const NEW: &[(&str, &str)] = &[
    ("FUNSUN_KAKAOPAY_CID", "TC0SECOND0"),
    ("FUNSUN_KAKAOPAY_FORMER_ACCOUNTS", "TC0ONETIME"),
];

#[tokio::test]
async fn payments_of_a_former_account_are_approved_and_refunded() {
    let mut app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    let support = support_body(&funding, 5_000, "축하해");
    let given = Payment::begin_for(&app, &friend, &support).await;
    given.pay_and_approve(&app).await;
    let open = Payment::begin_for(&app, &friend, &support).await;
    app.kill().await;
    app.restart_with(NEW).await;
    let (author, friend) = (app.reconnect(&author), app.reconnect(&friend));
    let new = Payment::begin_for(&app, &friend, &support_body(&funding, 7_000, "또 축하해")).await;
    assert_eq!(new.kakaopay_record(&app).await["cid"], "TC0SECOND0");
    new.pay_and_approve(&app).await;
    let open = Payment {
        member: friend.clone(),
        ..open
    };
    open.pay_and_approve(&app).await;
    assert_eq!(total(&author, &funding).await, 17_000);
    app.assert_books_balance().await;
    let id = funding["id"].to_string();
    author
        .form(Method::DELETE, "/funding/", &[("id", &id)])
        .await;
    for (payment, amount) in [(&given, 5_000), (&open, 5_000), (&new, 7_000)] {
        let payment = Payment {
            member: friend.clone(),
            ..payment.clone()
        };
        eventually("refunded", async || payment.state(&app).await == "refunded").await;
        payment.assert_charged_once(&app, amount).await;
    }
    app.assert_books_balance().await;
}

#[tokio::test]
async fn payments_of_an_account_that_is_not_configured_wait() {
    let mut app = App::with(&[("FUNSUN_ACCESS_TOKEN_SECONDS", "8640000")]).await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    let support = support_body(&funding, 5_000, "축하해");
    let given = Payment::begin_for(&app, &friend, &support).await;
    given.pay_and_approve(&app).await;
    app.kill().await;
    app.restart_with(&NEW[..1]).await;
    let (author, friend) = (app.reconnect(&author), app.reconnect(&friend));
    let given = Payment {
        member: friend,
        ..given
    };
    let id = funding["id"].to_string();
    author
        .form(Method::DELETE, "/funding/", &[("id", &id)])
        .await;
    move_clocks(&app, 100_000).await;
    eventually("a person is asked", async || {
        let (_, text) = app.command(&["payment", "list", "--needs-review"]).await;
        text.contains("refund_unclear") && text.contains("not configured")
    })
    .await;
    assert_eq!(given.state(&app).await, "refunding");
    app.kill().await;
    app.restart_with(NEW).await;
    move_clocks(&app, 200_000).await;
    let given = Payment {
        member: app.reconnect(&given.member),
        ..given
    };
    eventually("refunded", async || given.state(&app).await == "refunded").await;
    given.assert_charged_once(&app, 5_000).await;
}

#[tokio::test]
async fn the_tax_free_part_is_announced_and_refunded() {
    for (percent, tax_free) in [("100", 5_001), ("50", 2_500), ("0", 0)] {
        let app = App::with(&[("FUNSUN_TAX_FREE_PERCENT", percent)]).await;
        let (author, friend) = (app.member("하늘").await, app.member("지우").await);
        let funding = author.opens("자전거", true).await;
        let support = support_body(&funding, 5_001, "축하해");
        let payment = Payment::begin_for(&app, &friend, &support).await;
        payment.pay_and_approve(&app).await;
        let given = friend.json(Method::POST, "/remit/", support).await.json();
        let id = given["id"].to_string();
        friend.form(Method::DELETE, "/remit/", &[("id", &id)]).await;
        let record = payment.kakaopay_record(&app).await;
        assert_eq!(record["tax_free"], tax_free, "{record}");
        payment.assert_charged_once(&app, 5_001).await;
        app.assert_books_balance().await;
    }
}
