//! KakaoPay responses after which the outcome is unknown, and the failure that proves that nothing was sent.

use kakao::pay::{CancelOrder, NotSentCause, PayError, UnknownCause};

use crate::mock_server::MockServer;
use crate::pay::{APPROVE, CANCEL, approved, client};

async fn approve_at(url: &str) -> PayError {
    client(url).approve(&APPROVE).await.unwrap_err()
}

#[tokio::test]
async fn no_response_in_time_is_unknown() {
    let mut kakaopay = MockServer::silent().await;
    assert_eq!(
        approve_at(&kakaopay.url).await,
        PayError::Unknown(UnknownCause::Timeout)
    );
    kakaopay.request().await;
    assert!(!kakaopay.was_requested(), "a charge must not be sent twice");
}

#[tokio::test]
async fn a_connection_lost_after_the_request_is_unknown_and_not_retried() {
    let mut kakaopay = MockServer::hanging_up().await;
    assert_eq!(
        approve_at(&kakaopay.url).await,
        PayError::Unknown(UnknownCause::ConnectionLost)
    );
    kakaopay.request().await;
    assert!(!kakaopay.was_requested(), "a charge must not be sent twice");
}

#[tokio::test]
async fn a_truncated_response_is_unknown() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 500\r\n\r\n{\"aid\":";
    let kakaopay = MockServer::writing(cut).await;
    assert_eq!(
        approve_at(&kakaopay.url).await,
        PayError::Unknown(UnknownCause::ConnectionLost)
    );
}

#[tokio::test]
async fn a_refused_connection_means_nothing_was_sent() {
    let url = MockServer::unreachable().await;
    assert_eq!(
        approve_at(&url).await,
        PayError::NotSent(NotSentCause::ConnectFailed)
    );
}

#[tokio::test]
async fn a_server_error_is_unknown_even_when_it_is_well_formed() {
    for (http, body) in [
        (
            500,
            r#"{"error_code":-780,"error_message":"approval failure!"}"#,
        ),
        (503, "<html>maintenance</html>"),
        (400, r#"{"error_code":-500,"error_message":"internal"}"#),
        (
            400,
            r#"{"error_code":"-503","error_message":"maintenance"}"#,
        ),
    ] {
        let kakaopay = MockServer::responding(http, body).await;
        let unknown = PayError::Unknown(UnknownCause::Server { http });
        assert_eq!(approve_at(&kakaopay.url).await, unknown, "{body}");
    }
}

#[tokio::test]
async fn a_malformed_response_is_unknown() {
    for (http, body) in [
        (200, "{\"aid\":"),
        (200, ""),
        (200, "[]"),
        (302, "{}"),
        (400, "<html>bad gateway</html>"),
        (400, r#"{"error_message":"no code"}"#),
    ] {
        let kakaopay = MockServer::responding(http, body).await;
        let unknown = PayError::Unknown(UnknownCause::MalformedResponse { http });
        assert_eq!(approve_at(&kakaopay.url).await, unknown, "{http} {body}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed_with_our_key() {
    let mut target = MockServer::responding(200, &approved("11000")).await;
    let location = format!("location: {}/\r\n", target.url);
    let kakaopay = MockServer::responding_with_headers(307, &location, "").await;
    let unknown = PayError::Unknown(UnknownCause::MalformedResponse { http: 307 });
    assert_eq!(approve_at(&kakaopay.url).await, unknown);
    assert!(!target.was_requested());
}

#[tokio::test]
async fn a_response_above_one_mebibyte_is_refused() {
    let huge = format!(r#"{{"aid":"{}"}}"#, "a".repeat(1024 * 1024));
    let kakaopay = MockServer::responding(200, &huge).await;
    let unknown = PayError::Unknown(UnknownCause::MalformedResponse { http: 0 });
    assert_eq!(approve_at(&kakaopay.url).await, unknown);
}

#[tokio::test]
async fn an_approval_that_does_not_match_the_request_is_unknown() {
    let good = approved("11000");
    for (field, from, to) in [
        ("total", "11000", "11001"),
        ("total", r#"{"total":11000}"#, "null"),
        ("cid", "TC0ONETIME", "TC0OTHER01"),
        ("tid", r#""T1""#, r#""T2""#),
        ("partner_order_id", "ord-1", "ord-2"),
        ("partner_user_id", "usr-1", "usr-2"),
    ] {
        let kakaopay = MockServer::responding(200, &good.replace(from, to)).await;
        let unknown = PayError::Unknown(UnknownCause::Mismatch { field });
        assert_eq!(approve_at(&kakaopay.url).await, unknown, "{field}");
    }
}

#[tokio::test]
async fn an_amount_that_is_not_an_integer_is_unknown() {
    for total in ["11000.5", "\"11,000\"", "true"] {
        let kakaopay = MockServer::responding(200, &approved(total)).await;
        let unknown = PayError::Unknown(UnknownCause::MalformedResponse { http: 200 });
        assert_eq!(approve_at(&kakaopay.url).await, unknown, "{total}");
    }
}

#[tokio::test]
async fn a_looked_up_order_must_be_the_requested_one() {
    let kakaopay = MockServer::responding(200, r#"{"tid":"T2","status":"READY"}"#).await;
    let unknown = PayError::Unknown(UnknownCause::Mismatch { field: "tid" });
    assert_eq!(client(&kakaopay.url).order("T1").await, Err(unknown));
}

#[tokio::test]
async fn a_malformed_refunded_amount_is_not_treated_as_zero() {
    let body = r#"{"tid":"T1","status":"SUCCESS_PAYMENT","canceled_amount":{"total":"x"}}"#;
    let kakaopay = MockServer::responding(200, body).await;
    let unknown = PayError::Unknown(UnknownCause::MalformedResponse { http: 200 });
    assert_eq!(client(&kakaopay.url).order("T1").await, Err(unknown));
}

#[tokio::test]
async fn a_refund_of_another_amount_is_unknown() {
    let body = r#"{"aid":"A2","tid":"T1","status":"PART_CANCEL_PAYMENT",
        "approved_cancel_amount":{"total":5500},"canceled_amount":{"total":5500},
        "cancel_available_amount":{"total":5500}}"#;
    let kakaopay = MockServer::responding(200, body).await;
    let order = CancelOrder {
        amount: 5_000,
        ..CANCEL
    };
    let unknown = PayError::Unknown(UnknownCause::Mismatch {
        field: "approved_cancel_amount",
    });
    assert_eq!(client(&kakaopay.url).cancel(&order).await, Err(unknown));
}
