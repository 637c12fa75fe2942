//! Well-formed KakaoPay responses: what is sent, and what is parsed from the response.

use kakao::pay::{
    ApproveOrder, CancelOrder, NotSentCause, OrderStatus, PayClient, PayConfig, PayError,
    ReadyOrder, StatusGroup,
};

use crate::mock_server::{MockServer, SHORT};

pub const APPROVE: ApproveOrder<'static> = ApproveOrder {
    tid: "T1",
    order_id: "ord-1",
    user_id: "usr-1",
    pg_token: "invented-pg-token",
    amount: 11_000,
};

pub const CANCEL: CancelOrder<'static> = CancelOrder {
    tid: "T1",
    amount: 5_500,
    tax_free: 500,
    cancelable_before: 11_000,
    payload: "refund-1",
};

pub const READY: ReadyOrder<'static> = ReadyOrder {
    order_id: "ord-1",
    user_id: "usr-1",
    item_name: "기획 후원",
    amount: 11_000,
    tax_free: 1_000,
    approval_url: "http://localhost/approved?o=1",
    cancel_url: "http://localhost/cancelled?o=1",
    fail_url: "http://localhost/failed?o=1",
};

pub fn client(url: &str) -> PayClient {
    let config = PayConfig {
        url: url.to_owned(),
        secret_key: "invented-secret-key".into(),
        cid: "TC0ONETIME".to_owned(),
    };
    PayClient::with_timeouts(config, SHORT).unwrap()
}

pub fn approved(total: &str) -> String {
    format!(
        r#"{{"aid":"A1","tid":"T1","cid":"TC0ONETIME","partner_order_id":"ord-1",
        "partner_user_id":"usr-1","payment_method_type":"CARD","amount":{{"total":{total}}},
        "approved_at":"2026-01-02T03:05:00"}}"#
    )
}

#[tokio::test]
async fn a_prepared_payment_sends_the_key_and_returns_the_urls() {
    let body = r#"{"tid":"T1","next_redirect_app_url":"javascript:alert(1)",
        "next_redirect_pc_url":"https://online-pay.example/info"}"#;
    let mut kakaopay = MockServer::responding(200, body).await;
    let ready = client(&kakaopay.url).ready(&READY).await.unwrap();
    assert_eq!(ready.tid, "T1");
    assert_eq!(
        ready.pc_url.as_deref(),
        Some("https://online-pay.example/info")
    );
    assert_eq!((ready.app_url, ready.mobile_url), (None, None));

    let request = kakaopay.request().await;
    assert!(
        request.starts_with("POST /online/v1/payment/ready HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains("authorization: SECRET_KEY invented-secret-key\r\n"),
        "{request}"
    );
    assert!(
        request.contains("content-type: application/json\r\n"),
        "{request}"
    );
    for field in [
        r#""cid":"TC0ONETIME""#,
        r#""total_amount":11000"#,
        r#""tax_free_amount":1000"#,
    ] {
        assert!(request.contains(field), "{field} in {request}");
    }
}

#[tokio::test]
async fn a_prepared_payment_without_any_url_is_malformed() {
    let kakaopay = MockServer::responding(200, r#"{"tid":"T1"}"#).await;
    let outcome = client(&kakaopay.url).ready(&READY).await;
    assert!(matches!(outcome, Err(PayError::Unknown(_))), "{outcome:?}");
}

#[tokio::test]
async fn an_approval_accepts_numbers_written_as_strings() {
    for total in ["11000", "\"11000\""] {
        let mut kakaopay = MockServer::responding(200, &approved(total)).await;
        let approved = client(&kakaopay.url).approve(&APPROVE).await.unwrap();
        assert_eq!((approved.aid.as_str(), approved.total), ("A1", 11_000));
        assert_eq!(approved.method.as_deref(), Some("CARD"));
        let request = kakaopay.request().await;
        assert!(request.contains(r#""pg_token":"invented-pg-token","total_amount":11000"#));
    }
}

#[tokio::test]
async fn a_well_formed_refusal_is_declined_with_its_code_and_result() {
    let body = r#"{"error_code":-780,"error_message":"approval failure!",
        "extras":{"method_result_code":"USER_LOCKED"}}"#;
    let kakaopay = MockServer::responding(400, body).await;
    let declined = PayError::Declined {
        http: 400,
        code: -780,
        message: "approval failure!".to_owned(),
        result: Some("USER_LOCKED".to_owned()),
    };
    assert_eq!(client(&kakaopay.url).approve(&APPROVE).await, Err(declined));
}

#[tokio::test]
async fn the_older_error_format_is_parsed_too() {
    let kakaopay = MockServer::responding(400, r#"{"code":"-702","msg":"already"}"#).await;
    let outcome = client(&kakaopay.url).approve(&APPROVE).await;
    assert!(
        matches!(outcome, Err(PayError::Declined { code: -702, .. })),
        "{outcome:?}"
    );
}

#[tokio::test]
async fn the_pg_token_is_redacted_from_a_refusal_that_repeats_it() {
    let body = r#"{"error_code":-708,"error_message":"bad invented-pg-token"}"#;
    let kakaopay = MockServer::responding(400, body).await;
    let error = client(&kakaopay.url).approve(&APPROVE).await.unwrap_err();
    assert_eq!(error.to_string(), "KakaoPay declined: -708 bad …");
    assert!(!format!("{error:?}").contains("invented-pg-token"));
}

#[tokio::test]
async fn a_looked_up_order_takes_the_aid_from_its_payment() {
    let body = r#"{"tid":"T1","cid":"TC0ONETIME","status":"PART_CANCEL_PAYMENT",
        "partner_order_id":"ord-1","partner_user_id":"usr-1","amount":{"total":"11000"},
        "canceled_amount":{"total":5500},"cancel_available_amount":{"total":5500},
        "payment_method_type":"MONEY","approved_at":"2026-01-02T03:05:00",
        "payment_action_details":[{"aid":"A2","payment_action_type":"CANCEL"},
        {"aid":"A1","payment_action_type":"PAYMENT"}]}"#;
    let kakaopay = MockServer::responding(200, body).await;
    let order = client(&kakaopay.url).order("T1").await.unwrap();
    assert_eq!(order.status, OrderStatus::PartCancel);
    assert_eq!(
        (order.total, order.canceled, order.cancelable),
        (Some(11_000), Some(5_500), Some(5_500))
    );
    assert_eq!(order.aid.as_deref(), Some("A1"));
    assert_eq!(order.method.as_deref(), Some("MONEY"));
    assert_eq!(order.approved_at.as_deref(), Some("2026-01-02T03:05:00"));
}

#[tokio::test]
async fn an_order_with_an_undocumented_status_and_nothing_else_is_pending() {
    let body = r#"{"tid":"T1","status":"HELD_FOR_REVIEW","approved_at":null}"#;
    let kakaopay = MockServer::responding(200, body).await;
    let order = client(&kakaopay.url).order("T1").await.unwrap();
    assert_eq!(
        order.status,
        OrderStatus::Unknown("HELD_FOR_REVIEW".to_owned())
    );
    assert_eq!(order.status.group(), StatusGroup::Pending);
    assert_eq!(
        (order.total, order.aid, order.method, order.approved_at),
        (None, None, None, None)
    );
}

#[tokio::test]
async fn a_missing_refunded_amount_is_not_zero() {
    for missing in ["", r#","canceled_amount":null"#, r#","canceled_amount":{}"#] {
        let body = format!(r#"{{"tid":"T1","status":"SUCCESS_PAYMENT"{missing}}}"#);
        let kakaopay = MockServer::responding(200, &body).await;
        let order = client(&kakaopay.url).order("T1").await.unwrap();
        assert_eq!(order.canceled, None, "{body}");
    }
}

#[tokio::test]
async fn a_refund_sends_the_amount_refundable_before_it() {
    let body = r#"{"aid":"A2","tid":"T1","cid":"TC0ONETIME","status":"PART_CANCEL_PAYMENT",
        "approved_cancel_amount":{"total":5500},"canceled_amount":{"total":5500},
        "cancel_available_amount":{"total":5500}}"#;
    let mut kakaopay = MockServer::responding(200, body).await;
    let cancelled = client(&kakaopay.url).cancel(&CANCEL).await.unwrap();
    assert_eq!((cancelled.amount, cancelled.canceled_total), (5_500, 5_500));
    assert_eq!(
        (cancelled.remaining, cancelled.status),
        (5_500, OrderStatus::PartCancel)
    );
    let request = kakaopay.request().await;
    for field in [
        r#""cancel_amount":5500"#,
        r#""cancel_tax_free_amount":500"#,
        r#""cancel_available_amount":11000"#,
        "refund-1",
    ] {
        assert!(request.contains(field), "{field} in {request}");
    }
}

#[tokio::test]
async fn a_request_beyond_the_documented_limits_is_never_sent() {
    let mut kakaopay = MockServer::responding(500, "").await;
    let client = client(&kakaopay.url);
    let long = "가".repeat(101);
    let refused = |field| PayError::NotSent(NotSentCause::BadRequest { field });
    let order = ReadyOrder {
        item_name: &long,
        ..READY
    };
    assert_eq!(client.ready(&order).await, Err(refused("item_name")));
    let order = ReadyOrder { amount: 0, ..READY };
    assert_eq!(client.ready(&order).await, Err(refused("amount")));
    let order = CancelOrder {
        amount: 11_001,
        ..CANCEL
    };
    assert_eq!(client.cancel(&order).await, Err(refused("amount")));
    for tax_free in [-1, 11_001] {
        let order = ReadyOrder { tax_free, ..READY };
        assert_eq!(client.ready(&order).await, Err(refused("tax_free")));
    }
    for tax_free in [-1, 5_501] {
        let order = CancelOrder { tax_free, ..CANCEL };
        assert_eq!(client.cancel(&order).await, Err(refused("tax_free")));
    }
    assert_eq!(client.order("").await, Err(refused("tid")));
    assert!(!kakaopay.was_requested());
}

#[test]
fn an_error_names_the_unusable_setting() {
    let config = PayConfig {
        url: "https://pay.example".to_owned(),
        secret_key: "".into(),
        cid: "TC0ONETIME".to_owned(),
    };
    let error = PayClient::new(config.clone()).unwrap_err().to_string();
    assert!(error.contains("secret key"), "{error}");
    let config = PayConfig {
        url: "pay.example".to_owned(),
        ..config
    };
    let error = PayClient::new(config).unwrap_err().to_string();
    assert!(error.contains("KakaoPay address"), "{error}");
}

#[test]
fn a_client_does_not_print_its_key() {
    assert!(!format!("{:?}", client("http://127.0.0.1:1")).contains("invented-secret-key"));
}

#[test]
fn a_client_tells_its_merchant_code() {
    assert_eq!(client("http://127.0.0.1:1").cid(), "TC0ONETIME");
}
