//! The path of a payment from ready to approve and its look-up.

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_sandbox::{Stage, facts, location, text};

#[tokio::test]
async fn a_payment_goes_from_ready_to_success() {
    let stage = Stage::open().await;
    let (status, ready) = stage.pay("ready", &stage.order(11_000)).await;
    assert_eq!(status, 200);
    let tid = text(&ready, "tid");
    assert_eq!(tid.len(), 20);
    assert_eq!(stage.look_up(&tid).await["status"], "READY");

    let page = text(&ready, "next_redirect_pc_url");
    assert!(page.starts_with(&stage.sandbox.url()), "{page}");
    assert_eq!(stage.http.get(&page).send().await.unwrap().status(), 200);
    assert_eq!(stage.look_up(&tid).await["status"], "OPEN_PAYMENT");

    let form = [("action", "pay"), ("method", "CARD")];
    let pressed = stage.http.post(&page).form(&form).send().await.unwrap();
    assert_eq!(pressed.status(), 302);
    let back = location(&pressed);
    let (front, token) = back.split_once("&pg_token=").unwrap();
    assert_eq!(front, "http://127.0.0.1:9/pay/approve?ref=r1");
    assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert_eq!(stage.look_up(&tid).await["status"], "AUTH_PASSWORD");

    let approve = json!({"cid": stage.settings.cid, "tid": tid, "partner_order_id": "ord-1",
        "partner_user_id": "usr-1", "pg_token": token, "payload": "memo"});
    let (status, approved) = stage.pay("approve", &approve).await;
    assert_eq!(status, 200, "{approved}");
    assert_eq!(approved["amount"]["total"], 11_000);
    assert_eq!(approved["amount"]["vat"], 1_000);
    assert_eq!(approved["payload"], "memo");
    assert_eq!(approved["payment_method_type"], "CARD");
    assert!(approved["card_info"].is_object());

    let order = stage.look_up(&tid).await;
    assert_eq!(order["status"], "SUCCESS_PAYMENT");
    assert_eq!(order["aid"], Value::Null);
    assert_eq!(order["payment_action_details"][0]["aid"], approved["aid"]);
    assert_eq!(
        order["payment_action_details"][0]["payment_action_type"],
        "PAYMENT"
    );
    assert_eq!(order["cancel_available_amount"]["total"], 11_000);
    assert_eq!(order["canceled_at"], Value::Null);
    assert_eq!(stage.booked(&tid).await["approvals"], 1);
}

#[tokio::test]
async fn numbers_may_be_sent_as_text() {
    let stage = Stage::open().await;
    let mut order = stage.order(0);
    order["total_amount"] = json!("5000");
    order["quantity"] = json!("1");
    let (status, body) = stage.pay("ready", &order).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(
        stage.look_up(&text(&body, "tid")).await["amount"]["total"],
        5_000
    );
}

#[tokio::test]
async fn a_dev_key_prefix_is_accepted_too() {
    let stage = Stage::open().await;
    let key = format!("DEV_SECRET_KEY {}", stage.settings.pay_secret_key);
    let sent = stage
        .post("/online/v1/payment/ready")
        .header("Authorization", key)
        .json(&stage.order(1_000))
        .send()
        .await;
    assert_eq!(sent.unwrap().status(), 200);
}

#[tokio::test]
async fn the_payers_page_is_on_the_host_that_was_asked() {
    let stage = Stage::open().await;
    let port = stage.sandbox.url().rsplit(':').next().unwrap().to_owned();
    let key = format!("SECRET_KEY {}", stage.settings.pay_secret_key);
    let sent = stage
        .http
        .post(format!("http://localhost:{port}/online/v1/payment/ready"))
        .header("Authorization", key)
        .json(&stage.order(1_000))
        .send()
        .await;
    let (_, body) = facts(sent.unwrap()).await;
    let page = text(&body, "next_redirect_mobile_url");
    assert!(
        page.starts_with(&format!("http://localhost:{port}/sandbox/pay/")),
        "{page}"
    );
}

#[tokio::test]
async fn a_payer_who_cancels_or_fails_ends_the_payment() {
    let stage = Stage::open().await;
    for (action, status, path) in [
        ("cancel", "QUIT_PAYMENT", "/pay/cancel"),
        ("fail", "FAIL_PAYMENT", "/pay/fail"),
    ] {
        let approve = stage.authenticated(3_000).await;
        let tid = text(&approve, "tid");
        let url = format!("/sandbox/payments/{tid}/{action}");
        let pressed = stage.admin(Method::POST, &url, json!({})).await;
        assert!(text(&pressed, "location").contains(path));
        assert_eq!(stage.look_up(&tid).await["status"], status);
        let (_, refusal) = stage.pay("approve", &approve).await;
        assert_eq!(refusal["error_code"], -783);
        let again = stage.post(&url).send().await.unwrap();
        assert_eq!(again.status(), 409);
        assert_eq!(stage.booked(&tid).await["approvals"], 0);
    }
}

#[tokio::test]
async fn pressing_pay_twice_keeps_the_token() {
    let stage = Stage::open().await;
    let tid = stage.ready(2_000).await;
    let path = format!("/sandbox/payments/{tid}/pay");
    let first = stage.admin(Method::POST, &path, json!({})).await;
    let second = stage.admin(Method::POST, &path, json!({})).await;
    assert_eq!(first["location"], second["location"]);
}

#[tokio::test]
async fn a_request_expires_after_fifteen_minutes() {
    let stage = Stage::open().await;
    let approve = stage.authenticated(3_000).await;
    let (_, waiting) = stage.pay("ready", &stage.order(3_000)).await;
    stage.clock(15 * 60 + 1).await;
    let (status, refusal) = stage.pay("approve", &approve).await;
    assert_eq!((status, refusal["error_code"].as_i64()), (400, Some(-723)));

    let page = text(&waiting, "next_redirect_pc_url");
    let opened = stage.http.get(&page).send().await.unwrap();
    assert_eq!(location(&opened), "http://127.0.0.1:9/pay/fail?ref=r1");
    let pressed = stage
        .http
        .post(&page)
        .form(&[("action", "pay")])
        .send()
        .await
        .unwrap();
    assert_eq!(location(&pressed), "http://127.0.0.1:9/pay/fail?ref=r1");
}

#[tokio::test]
async fn the_book_lists_payments_in_order() {
    let stage = Stage::open().await;
    let first = stage.approved(1_000).await;
    let second = stage.ready(2_000).await;
    let book = stage.admin(Method::GET, "/sandbox/book", json!({})).await;
    let payments = book["payments"].as_array().unwrap();
    let tids: Vec<_> = payments
        .iter()
        .map(|payment| text(payment, "tid"))
        .collect();
    assert_eq!(tids, [first, second]);
    assert_eq!(payments[0]["total"], 1_000);
    assert_eq!(payments[0]["partner_order_id"], "ord-1");
    assert_eq!(payments[1]["approvals"], 0);
}

#[tokio::test]
async fn sixty_four_clients_approving_one_payment_charge_once() {
    let stage = Stage::open().await;
    let approve = stage.authenticated(7_000).await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let call = stage.pay_call("approve", &approve);
        calls.spawn(async move { call.send().await.unwrap().status().as_u16() });
    }
    let statuses = calls.join_all().await;
    assert_eq!(statuses.iter().filter(|&&status| status == 200).count(), 1);
    assert_eq!(stage.booked(&text(&approve, "tid")).await["approvals"], 1);
}

#[tokio::test]
async fn every_step_of_the_payer_shows_in_the_look_up() {
    let stage = Stage::open().await;
    let tid = stage.ready(2_000).await;
    for (step, status) in [
        ("open", "OPEN_PAYMENT"),
        ("select-method", "SELECT_METHOD"),
        ("open", "SELECT_METHOD"),
        ("pay", "AUTH_PASSWORD"),
        ("select-method", "AUTH_PASSWORD"),
    ] {
        let path = format!("/sandbox/payments/{tid}/{step}?method=CARD");
        stage.admin(Method::POST, &path, json!({})).await;
        let order = stage.look_up(&tid).await;
        assert_eq!(order["status"], status, "{step}");
    }
    assert_eq!(stage.look_up(&tid).await["payment_method_type"], "CARD");
}
