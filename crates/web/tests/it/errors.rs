//! Responses and refusals on the wire.

use axum::response::IntoResponse;
use web::response::no_content;
use web::{AppError, Json, Page, Refusal, created};

use crate::Answer;

#[tokio::test]
async fn a_refusal_has_its_detail_and_code_as_utf8_json() {
    let answer =
        Answer::of(AppError::bad_request("bad_title", "title: 너무 짧아요").into_response()).await;
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.header("content-type"),
        "application/json; charset=utf-8"
    );
    assert_eq!(
        answer.body,
        r#"{"detail":"title: 너무 짧아요","code":"bad_title"}"#
    );
}

#[tokio::test]
async fn unauthorized_names_the_scheme() {
    let answer = Answer::of(AppError::unauthorized("token_expired", "expired").into_response());
    let answer = answer.await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn an_internal_failure_shows_nothing_of_its_cause() {
    let error = AppError::internal(anyhow::anyhow!("disk at /secret is full"));
    let answer = Answer::of(error.into_response()).await;
    assert_eq!(answer.status, 500);
    assert_eq!(
        answer.body,
        r#"{"detail":"internal error","code":"internal_error"}"#
    );
}

#[tokio::test]
async fn too_many_says_when_to_retry() {
    let answer = Answer::of(AppError::too_many(7).into_response()).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.header("retry-after"), "7");
    assert!(answer.body.contains("try again in 7 s"));
}

#[test]
fn a_refusal_is_in_the_extensions_for_other_renderings() {
    let response = AppError::conflict("already_closed", "closed").into_response();
    let refusal = response.extensions().get::<Refusal>().unwrap();
    assert_eq!(refusal.status, 409);
    assert_eq!(refusal.code, "already_closed");
    assert_eq!(refusal.detail, "closed");
}

#[tokio::test]
async fn json_responses_declare_their_charset() {
    let answer = Answer::of(Json(["선물"]).into_response()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(
        answer.header("content-type"),
        "application/json; charset=utf-8"
    );
    assert_eq!(answer.body, r#"["선물"]"#);
    assert_eq!(Answer::of(created(&1)).await.status, 201);
}

#[tokio::test]
async fn a_value_that_does_not_serialize_is_a_500() {
    let odd_keys = std::collections::BTreeMap::from([(vec![1], 1)]);
    assert_eq!(Answer::of(created(&odd_keys)).await.status, 500);
}

#[tokio::test]
async fn responses_of_different_sizes_do_not_mix() {
    for size in [3_usize, 200_000, 5, 70_000, 1] {
        let text = "x".repeat(size);
        let answer = Answer::of(Json(&text).into_response()).await;
        assert_eq!(answer.body, format!("\"{text}\""));
    }
}

#[tokio::test]
async fn no_content_has_no_body_and_no_content_type() {
    let answer = Answer::of(no_content()).await;
    assert_eq!(answer.status, 204);
    assert!(answer.body.is_empty());
    assert!(answer.headers.is_empty());
}

#[tokio::test]
async fn a_page_links_to_the_next_only_when_there_is_one() {
    let next = http::HeaderValue::from_static("</a?before=x>; rel=\"next\"");
    let page = Page {
        items: vec![1, 2],
        next: Some(next),
    };
    let answer = Answer::of(page.into_response()).await;
    assert_eq!(answer.body, "[1,2]");
    assert_eq!(answer.header("link"), "</a?before=x>; rel=\"next\"");
    let last = Page {
        items: vec![3],
        next: None,
    };
    let answer = Answer::of(last.into_response()).await;
    assert!(!answer.headers.contains_key("link"));
}
