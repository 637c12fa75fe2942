//! Payments without faults: the app's five requests, the shorter flow, and requests that are repeated, out of
//! order or missing.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::app::{App, send};
use crate::payer::{Payment, move_clocks, page, support_body, total};

const MINUTE: i64 = 60;

#[tokio::test]
async fn the_five_requests_of_the_app_create_one_support() {
    let app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    let payment = Payment::begin(&app, &friend, 20_000).await;
    let proof = payment.pay(&app).await;
    assert!(page(&app, &proof.path).await.contains("결제가 완료됐어요"));
    assert_eq!(payment.approve(&proof.token).await.status, StatusCode::OK);
    assert_eq!(friend.status("/remit/kakaopay/approve").await, 200);
    let support = support_body(&funding, 20_000, "생일 축하해!");
    let given = friend.json(Method::POST, "/remit/", support).await;
    assert_eq!(given.status, StatusCode::CREATED, "{given:?}");
    assert_eq!(given.json()["message"], "생일 축하해!");
    assert_eq!(given.json()["author"]["id"], *friend.id);
    assert_eq!(total(&author, &funding).await, 20_000);
    let path = format!("/remit/?id={}&page=1", funding["id"]);
    let listed = send(app.visitor(Method::GET, &path)).await.json();
    assert_eq!(listed[0]["id"], given.json()["id"]);
    assert_eq!(payment.state(&app).await, "attached");
    payment.assert_charged_once(&app, 0).await;
    app.assert_books_balance().await;
}

#[tokio::test]
async fn approving_a_payment_for_a_funding_creates_its_support() {
    let app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    let support = support_body(&funding, 30_000, "잘 타!");
    let payment = Payment::begin_for(&app, &friend, &support).await;
    let proof = payment.pay(&app).await;
    assert!(page(&app, &proof.path).await.contains("후원이 전해졌어요"));
    assert_eq!(total(&author, &funding).await, 30_000);
    let listed = friend.get(&format!("/remit/?id={}", funding["id"])).await;
    for _ in 0..2 {
        let given = friend.json(Method::POST, "/remit/", support.clone()).await;
        assert_eq!(given.status, StatusCode::CREATED, "{given:?}");
        assert_eq!(given.json()["id"], listed[0]["id"]);
    }
    assert_eq!(total(&author, &funding).await, 30_000);
    payment.assert_charged_once(&app, 0).await;
    app.assert_books_balance().await;
}

#[tokio::test]
async fn concurrent_return_page_and_approval_charge_once() {
    let app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let funding = author.opens("자전거", true).await;
    for round in 1..=16 {
        let payment = Payment::begin(&app, &friend, 1_000).await;
        let proof = payment.pay(&app).await;
        let loaded = send(app.visitor(Method::GET, &proof.path));
        let approved = payment.approve(&proof.token);
        let (loaded, approved) = tokio::join!(loaded, approved);
        assert_eq!(loaded.status, StatusCode::OK, "{loaded:?}");
        assert!(loaded.text.contains("결제가 완료됐어요"), "{loaded:?}");
        assert_eq!(approved.status, StatusCode::OK, "{approved:?}");
        payment.assert_charged_once(&app, 0).await;
        let support = support_body(&funding, 1_000, "하나 더!");
        let given = friend.json(Method::POST, "/remit/", support).await;
        assert_eq!(given.status, StatusCode::CREATED, "{given:?}");
        assert_eq!(total(&author, &funding).await, round * 1_000);
    }
    app.assert_books_balance().await;
}

#[tokio::test]
async fn a_payment_is_valid_for_one_support_of_its_amount_by_its_payer() {
    let app = App::start().await;
    let (author, friend) = (app.member("하늘").await, app.member("지우").await);
    let other = app.member("민준").await;
    let funding = author.opens("자전거", true).await;
    let give = async |member: &crate::app::Member, amount| {
        let support = support_body(&funding, amount, "축하해");
        let answer = member.json(Method::POST, "/remit/", support).await;
        answer.status.as_u16()
    };
    assert_eq!(give(&friend, 5_000).await, 402, "nothing was paid");
    Payment::begin(&app, &friend, 5_000)
        .await
        .pay_and_approve(&app)
        .await;
    assert_eq!(give(&friend, 4_999).await, 402, "less than was paid");
    assert_eq!(give(&friend, 5_001).await, 402, "more than was paid");
    assert_eq!(give(&other, 5_000).await, 402, "somebody else paid");
    assert_eq!(give(&friend, 5_000).await, 201);
    assert_eq!(give(&friend, 5_000).await, 402, "it is used");
    assert_eq!(total(&author, &funding).await, 5_000);
    app.assert_books_balance().await;
}

#[tokio::test]
async fn a_client_can_query_whether_its_payment_is_approved() {
    let app = App::start().await;
    let friend = app.member("지우").await;
    let asked = async || friend.status("/remit/kakaopay/approve").await;
    assert_eq!(asked().await, 400, "there is no payment");
    let first = Payment::begin(&app, &friend, 5_000).await;
    assert_eq!(asked().await, 400, "it is not paid");
    let second = Payment::begin(&app, &friend, 6_000).await;
    first.pay_and_approve(&app).await;
    assert_eq!(asked().await, 200, "though a later one was begun");
    second.pay_and_approve(&app).await;
    assert_eq!(asked().await, 200);
}

#[tokio::test]
async fn either_of_two_payments_can_be_approved_idempotently() {
    let app = App::start().await;
    let friend = app.member("지우").await;
    let older = Payment::begin(&app, &friend, 5_000).await;
    let newer = Payment::begin(&app, &friend, 5_000).await;
    let proof = older.pay(&app).await;
    for _ in 0..2 {
        let answer = older.approve(&proof.token).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        assert_eq!(answer.json()["order"], *older.order);
    }
    newer.assert_never_charged(&app).await;
    let proof = newer.pay(&app).await;
    let answer = newer.approve(&proof.token).await;
    assert_eq!(answer.json()["order"], *newer.order, "{answer:?}");
    for payment in [&older, &newer] {
        payment.assert_charged_once(&app, 0).await;
    }
    app.assert_books_balance().await;
}

#[tokio::test]
async fn a_wrong_token_charges_nothing_and_the_right_one_still_works() {
    let app = App::start().await;
    let (friend, other) = (app.member("지우").await, app.member("민준").await);
    let payment = Payment::begin(&app, &friend, 5_000).await;
    let others = Payment::begin(&app, &other, 5_000).await;
    let proof = payment.pay(&app).await;
    for member in [&payment, &others] {
        let answer = member.approve("0123456789abcdef").await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    }
    let stolen = others.approve(&proof.token).await;
    assert_eq!(stolen.status, StatusCode::BAD_REQUEST, "{stolen:?}");
    let forged = proof.path.replace(&proof.token, "0123456789abcdef");
    assert!(page(&app, &forged).await.contains("아직 결제 전이에요"));
    let go = format!("/payments/{}/go", payment.order);
    let go = send(app.visitor(Method::GET, &go)).await;
    assert!(go.headers.contains_key("refresh"), "{go:?}");
    payment.assert_never_charged(&app).await;
    let answer = payment.approve(&proof.token).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    payment.assert_charged_once(&app, 0).await;
    others.assert_never_charged(&app).await;
}

#[tokio::test]
async fn a_forged_visit_to_the_cancel_page_does_not_cancel_the_payment() {
    let app = App::start().await;
    let friend = app.member("지우").await;
    let payment = Payment::begin(&app, &friend, 5_000).await;
    for forged in ["cancelled", "failed"] {
        let path = format!("/remit/kakaopay/{forged}/{}", payment.order);
        assert!(page(&app, &path).await.contains("아직 결제 전이에요"));
    }
    payment.pay_and_approve(&app).await;
    for forged in ["cancelled", "failed", "return"] {
        let path = format!("/remit/kakaopay/{forged}/{}", payment.order);
        assert!(page(&app, &path).await.contains("결제가 완료됐어요"));
    }
    payment.assert_charged_once(&app, 0).await;
}

#[tokio::test]
async fn the_page_of_a_cancelled_or_failed_payment_says_that_nothing_was_charged() {
    let app = App::start().await;
    let friend = app.member("지우").await;
    let ways = [
        ("cancel", "cancelled", "결제를 취소했어요"),
        ("fail", "failed", "결제하지 못했어요"),
    ];
    for (button, state, title) in ways {
        let payment = Payment::begin(&app, &friend, 5_000).await;
        let path = payment.press_button(&app, button).await;
        for _ in 0..2 {
            let text = page(&app, &path).await;
            assert!(text.contains(title), "{text}");
            assert!(text.contains("결제된 금액은 없어요"), "{text}");
        }
        assert_eq!(payment.state(&app).await, state);
        let late = payment.approve("0123456789abcdef").await;
        assert_eq!(late.status, StatusCode::BAD_REQUEST, "{late:?}");
        payment.assert_never_charged(&app).await;
    }
}

#[tokio::test]
async fn a_payment_expires_after_fifteen_minutes() {
    let app = App::start().await;
    let friend = app.member("지우").await;
    let unpaid = Payment::begin(&app, &friend, 5_000).await;
    let unapproved = Payment::begin(&app, &friend, 6_000).await;
    let proof = unapproved.pay(&app).await;
    move_clocks(&app, 15 * MINUTE + 1).await;
    let late = unapproved.approve(&proof.token).await;
    assert_eq!(late.status, StatusCode::BAD_REQUEST, "{late:?}");
    move_clocks(&app, 20 * MINUTE).await;
    for payment in [&unpaid, &unapproved] {
        crate::app::eventually("expired", async || payment.state(&app).await == "expired").await;
        let path = format!("/remit/kakaopay/return/{}", payment.order);
        assert!(page(&app, &path).await.contains("결제 시간이 지났어요"));
        payment.assert_never_charged(&app).await;
    }
    app.assert_books_balance().await;
}

#[tokio::test]
async fn an_unknown_order_has_no_page() {
    let app = App::start().await;
    for order in ["0".repeat(32), "x".repeat(10_000), "%00".to_owned()] {
        let path = format!("/remit/kakaopay/return/{order}?pg_token=1");
        let answer = send(app.visitor(Method::GET, &path)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{answer:?}");
    }
}

#[tokio::test]
async fn a_payment_for_a_funding_that_the_payer_may_not_support_is_refused() {
    let app = App::start().await;
    let (author, stranger) = (app.member("하늘").await, app.member("지우").await);
    let closed = author.opens("우리끼리", false).await;
    let open = author.opens("자전거", true).await;
    let ready = async |member: &crate::app::Member, funding: &Value| {
        let support = support_body(funding, 5_000, "축하해");
        let path = "/remit/kakaopay/ready";
        let answer = member.json(Method::POST, path, support).await;
        answer.status.as_u16()
    };
    assert_eq!(ready(&stranger, &closed).await, 204);
    assert_eq!(ready(&author, &open).await, 400);
    author
        .form(
            Method::DELETE,
            "/funding/",
            &[("id", &open["id"].to_string())],
        )
        .await;
    assert_eq!(ready(&stranger, &open).await, 409);
    assert!(app.kakaopay_payments().await.is_empty());
}
