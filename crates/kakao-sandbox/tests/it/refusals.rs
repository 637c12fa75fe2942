//! Requests that KakaoPay refuses, with their error codes.

use serde_json::{Value, json};

use crate::test_sandbox::{TestSandbox, status_and_json, text};

async fn error_code(sandbox: &TestSandbox, call: &str, body: &Value) -> i64 {
    let (status, answer) = sandbox.pay(call, body).await;
    assert_eq!(status, 400, "{answer}");
    answer["error_code"].as_i64().expect("a code")
}

#[tokio::test]
async fn a_missing_or_wrong_key_is_refused() {
    let sandbox = TestSandbox::start().await;
    let order = sandbox.ready_body(1_000);
    let sent = sandbox
        .post("/online/v1/payment/ready")
        .json(&order)
        .send()
        .await
        .unwrap();
    let (status, body) = status_and_json(sent).await;
    assert_eq!((status, body["error_code"].as_i64()), (400, Some(-400)));
    for key in [
        "SECRET_KEY DEVWRONG".to_owned(),
        format!("Bearer {}", sandbox.settings.pay_secret_key),
        sandbox.settings.pay_secret_key.clone(),
    ] {
        let request = sandbox
            .post("/online/v1/payment/ready")
            .header("Authorization", key);
        let (status, body) = status_and_json(request.json(&order).send().await.unwrap()).await;
        assert_eq!((status, body["error_code"].as_i64()), (401, Some(-401)));
    }
}

#[tokio::test]
async fn every_field_of_ready_is_validated() {
    let sandbox = TestSandbox::start().await;
    let long = "가".repeat(101);
    for (field, value, expected) in [
        ("cid", json!("TC0OTHER"), -731),
        ("cid", Value::Null, -731),
        ("partner_order_id", Value::Null, -726),
        ("partner_order_id", json!(long), -726),
        ("partner_user_id", json!(""), -726),
        ("item_name", json!(long), -726),
        ("quantity", json!(0), -726),
        ("total_amount", json!(0), -725),
        ("total_amount", json!(-1_000), -725),
        ("total_amount", json!(1_000.5), -725),
        ("total_amount", Value::Null, -725),
        ("tax_free_amount", json!(11_001), -722),
        ("tax_free_amount", Value::Null, -722),
        ("vat_amount", json!(11_001), -722),
        ("approval_url", json!("ftp://127.0.0.1/x"), -799),
        (
            "approval_url",
            json!(format!("http://127.0.0.1/{}", "x".repeat(255))),
            -726,
        ),
        ("fail_url", Value::Null, -726),
        ("payment_method_type", json!("GOLD"), -726),
    ] {
        let mut order = sandbox.ready_body(11_000);
        order[field] = value.clone();
        assert_eq!(
            error_code(&sandbox, "ready", &order).await,
            expected,
            "{field} = {value}"
        );
    }
    let whole = "가".repeat(100);
    let mut order = sandbox.ready_body(11_000);
    order["item_name"] = json!(whole);
    assert_eq!(sandbox.pay("ready", &order).await.0, 200);
}

#[tokio::test]
async fn return_urls_must_be_on_a_registered_host() {
    let settings = kakao_sandbox::Settings {
        redirect_uris: vec!["http://funsun.example/login".into()],
        ..Default::default()
    };
    let sandbox = TestSandbox::with(settings).await;
    assert_eq!(
        error_code(&sandbox, "ready", &sandbox.ready_body(1_000)).await,
        -799
    );
}

#[tokio::test]
async fn approve_requires_payer_authentication_and_matching_ids() {
    let sandbox = TestSandbox::start().await;
    let unpaid = sandbox.ready_payment(5_000).await;
    let mut early = sandbox.approve_body(5_000).await;
    early["tid"] = json!(unpaid);
    assert_eq!(error_code(&sandbox, "approve", &early).await, -701);

    for (field, value, expected) in [
        ("tid", json!("T0000000000000000000"), -721),
        ("partner_order_id", json!("ord-2"), -706),
        ("partner_user_id", json!("usr-2"), -707),
        ("pg_token", json!("guess"), -708),
        ("pg_token", Value::Null, -708),
        ("total_amount", json!(4_999), -725),
    ] {
        let mut approve = sandbox.approve_body(5_000).await;
        let tid = text(&approve, "tid");
        approve[field] = value;
        assert_eq!(
            error_code(&sandbox, "approve", &approve).await,
            expected,
            "{field}"
        );
        assert_eq!(sandbox.recorded(&tid).await["approvals"], 0);
    }
}

#[tokio::test]
async fn a_second_approve_is_refused_and_charges_nothing() {
    let sandbox = TestSandbox::start().await;
    let approve = sandbox.approve_body(5_000).await;
    assert_eq!(sandbox.pay("approve", &approve).await.0, 200);
    assert_eq!(error_code(&sandbox, "approve", &approve).await, -702);
    assert_eq!(
        sandbox.recorded(&text(&approve, "tid")).await["approvals"],
        1
    );
}

#[tokio::test]
async fn an_unknown_tid_has_no_order() {
    let sandbox = TestSandbox::start().await;
    let body = json!({"cid": sandbox.settings.cid, "tid": "T0000000000000000000"});
    assert_eq!(error_code(&sandbox, "order", &body).await, -721);
    assert_eq!(
        error_code(&sandbox, "cancel", &sandbox.cancel_body("T0", 1_000, 1_000)).await,
        -721
    );
}

#[tokio::test]
async fn a_body_that_is_not_a_json_object_is_refused() {
    let sandbox = TestSandbox::start().await;
    let key = format!("SECRET_KEY {}", sandbox.settings.pay_secret_key);
    for body in ["", "{", "[]", "null", "\u{0}"] {
        let request = sandbox
            .post("/online/v1/payment/approve")
            .header("Authorization", &key)
            .header("Content-Type", "application/json")
            .body(body);
        assert_eq!(request.send().await.unwrap().status(), 400, "{body}");
    }
}
