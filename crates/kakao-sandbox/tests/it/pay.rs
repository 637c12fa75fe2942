//! A payment from ready to approve, and its lookup.

use reqwest::Method;
use serde_json::{Value, json};

use crate::test_sandbox::{TestSandbox, location, status_and_json, text};

#[tokio::test]
async fn a_payment_goes_from_ready_to_success() {
    let sandbox = TestSandbox::start().await;
    let (status, ready) = sandbox.pay("ready", &sandbox.ready_body(11_000)).await;
    assert_eq!(status, 200);
    let tid = text(&ready, "tid");
    assert_eq!(tid.len(), 20);
    let order = sandbox.look_up(&tid).await;
    assert_eq!(order["status"], "READY");
    assert_eq!(order["approved_at"], Value::Null);

    let page = text(&ready, "next_redirect_pc_url");
    assert!(page.starts_with(&sandbox.inner.url()), "{page}");
    assert_eq!(sandbox.http.get(&page).send().await.unwrap().status(), 200);
    assert_eq!(sandbox.look_up(&tid).await["status"], "OPEN_PAYMENT");

    let form = [("action", "pay"), ("method", "CARD")];
    let submitted = sandbox.http.post(&page).form(&form).send().await.unwrap();
    assert_eq!(submitted.status(), 302);
    let back = location(&submitted);
    let (front, token) = back.split_once("&pg_token=").unwrap();
    assert_eq!(front, "http://127.0.0.1:9/pay/approve?ref=r1");
    assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    assert_eq!(sandbox.look_up(&tid).await["status"], "AUTH_PASSWORD");

    let approve = json!({"cid": sandbox.settings.cid, "tid": tid, "partner_order_id": "ord-1",
        "partner_user_id": "usr-1", "pg_token": token, "payload": "memo"});
    let (status, approved) = sandbox.pay("approve", &approve).await;
    assert_eq!(status, 200, "{approved}");
    assert_eq!(approved["amount"]["total"], 11_000);
    assert_eq!(approved["amount"]["vat"], 1_000);
    assert_eq!(approved["payload"], "memo");
    assert_eq!(approved["payment_method_type"], "CARD");
    assert!(approved["card_info"].is_object());

    let order = sandbox.look_up(&tid).await;
    assert_eq!(order["status"], "SUCCESS_PAYMENT");
    assert_eq!(order["aid"], Value::Null);
    assert_eq!(order["payment_action_details"][0]["aid"], approved["aid"]);
    assert_eq!(
        order["payment_action_details"][0]["payment_action_type"],
        "PAYMENT"
    );
    assert_eq!(order["cancel_available_amount"]["total"], 11_000);
    assert_eq!(order["payment_method_type"], "CARD");
    assert!(order["approved_at"].is_string());
    assert_eq!(order["approved_at"], approved["approved_at"]);
    assert_eq!(order["canceled_at"], Value::Null);
    assert_eq!(sandbox.recorded(&tid).await["approvals"], 1);
}

#[tokio::test]
async fn numbers_may_be_sent_as_strings() {
    let sandbox = TestSandbox::start().await;
    let mut order = sandbox.ready_body(0);
    order["total_amount"] = json!("5000");
    order["quantity"] = json!("1");
    let (status, body) = sandbox.pay("ready", &order).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(
        sandbox.look_up(&text(&body, "tid")).await["amount"]["total"],
        5_000
    );
}

#[tokio::test]
async fn the_dev_secret_key_scheme_is_accepted() {
    let sandbox = TestSandbox::start().await;
    let key = format!("DEV_SECRET_KEY {}", sandbox.settings.pay_secret_key);
    let sent = sandbox
        .post("/online/v1/payment/ready")
        .header("Authorization", key)
        .json(&sandbox.ready_body(1_000))
        .send()
        .await;
    assert_eq!(sent.unwrap().status(), 200);
}

#[tokio::test]
async fn the_payment_page_is_on_the_host_of_the_request() {
    let sandbox = TestSandbox::start().await;
    let port = sandbox.inner.url().rsplit(':').next().unwrap().to_owned();
    let key = format!("SECRET_KEY {}", sandbox.settings.pay_secret_key);
    let sent = sandbox
        .http
        .post(format!("http://localhost:{port}/online/v1/payment/ready"))
        .header("Authorization", key)
        .json(&sandbox.ready_body(1_000))
        .send()
        .await;
    let (_, body) = status_and_json(sent.unwrap()).await;
    let page = text(&body, "next_redirect_mobile_url");
    assert!(
        page.starts_with(&format!("http://localhost:{port}/sandbox/pay/")),
        "{page}"
    );
}

#[tokio::test]
async fn cancelling_or_failing_on_the_page_ends_the_payment() {
    let sandbox = TestSandbox::start().await;
    for (action, status, path) in [
        ("cancel", "QUIT_PAYMENT", "/pay/cancel"),
        ("fail", "FAIL_PAYMENT", "/pay/fail"),
    ] {
        let approve = sandbox.approve_body(3_000).await;
        let tid = text(&approve, "tid");
        let url = format!("/sandbox/payments/{tid}/{action}");
        let submitted = sandbox.admin(Method::POST, &url, json!({})).await;
        assert!(text(&submitted, "location").contains(path));
        assert_eq!(sandbox.look_up(&tid).await["status"], status);
        let (_, refusal) = sandbox.pay("approve", &approve).await;
        assert_eq!(refusal["error_code"], -783);
        let again = sandbox.post(&url).send().await.unwrap();
        assert_eq!(again.status(), 409);
        assert_eq!(sandbox.recorded(&tid).await["approvals"], 0);
    }
}

#[tokio::test]
async fn paying_twice_returns_the_same_token() {
    let sandbox = TestSandbox::start().await;
    let tid = sandbox.ready_payment(2_000).await;
    let path = format!("/sandbox/payments/{tid}/pay");
    let first = sandbox.admin(Method::POST, &path, json!({})).await;
    let second = sandbox.admin(Method::POST, &path, json!({})).await;
    assert_eq!(first["location"], second["location"]);
}

#[tokio::test]
async fn a_payment_expires_after_fifteen_minutes() {
    let sandbox = TestSandbox::start().await;
    let approve = sandbox.approve_body(3_000).await;
    let (_, waiting) = sandbox.pay("ready", &sandbox.ready_body(3_000)).await;
    sandbox.set_clock(15 * 60 + 1).await;
    let (status, refusal) = sandbox.pay("approve", &approve).await;
    assert_eq!((status, refusal["error_code"].as_i64()), (400, Some(-723)));

    let page = text(&waiting, "next_redirect_pc_url");
    let opened = sandbox.http.get(&page).send().await.unwrap();
    assert_eq!(location(&opened), "http://127.0.0.1:9/pay/fail?ref=r1");
    let submitted = sandbox
        .http
        .post(&page)
        .form(&[("action", "pay")])
        .send()
        .await
        .unwrap();
    assert_eq!(location(&submitted), "http://127.0.0.1:9/pay/fail?ref=r1");
}

#[tokio::test]
async fn payments_are_listed_in_order_of_creation() {
    let sandbox = TestSandbox::start().await;
    let first = sandbox.approved_payment(1_000).await;
    let second = sandbox.ready_payment(2_000).await;
    let book = sandbox.admin(Method::GET, "/sandbox/book", json!({})).await;
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
async fn sixty_four_concurrent_approves_charge_once() {
    let sandbox = TestSandbox::start().await;
    let approve = sandbox.approve_body(7_000).await;
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let call = sandbox.pay_call("approve", &approve);
        calls.spawn(async move { call.send().await.unwrap().status().as_u16() });
    }
    let statuses = calls.join_all().await;
    assert_eq!(statuses.iter().filter(|&&status| status == 200).count(), 1);
    assert_eq!(
        sandbox.recorded(&text(&approve, "tid")).await["approvals"],
        1
    );
}

#[tokio::test]
async fn every_payer_action_changes_the_status_in_the_lookup() {
    let sandbox = TestSandbox::start().await;
    let tid = sandbox.ready_payment(2_000).await;
    for (step, status) in [
        ("open", "OPEN_PAYMENT"),
        ("select-method", "SELECT_METHOD"),
        ("open", "SELECT_METHOD"),
        ("pay", "AUTH_PASSWORD"),
        ("select-method", "AUTH_PASSWORD"),
    ] {
        let path = format!("/sandbox/payments/{tid}/{step}?method=CARD");
        sandbox.admin(Method::POST, &path, json!({})).await;
        let order = sandbox.look_up(&tid).await;
        assert_eq!(order["status"], status, "{step}");
    }
    assert_eq!(sandbox.look_up(&tid).await["payment_method_type"], "CARD");
}
