//! The headers of every response, and panics as responses.

use axum::Router;
use axum::response::Html;
use axum::routing::get as route_get;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use tower::Layer;
use web::Json;
use web::headers::{EdgeLayer, RequestId};

use crate::{Answer, get, send};

async fn send_through(production: bool, uri: &str) -> Answer {
    let router: Router = Router::new()
        .route("/data", route_get(async || Json("x")))
        .route("/none", route_get(async || web::no_content()))
        .route(
            "/page",
            route_get(async || {
                (
                    [
                        (CONTENT_SECURITY_POLICY, "default-src 'self'"),
                        (CACHE_CONTROL, "max-age=5"),
                    ],
                    Html("hi"),
                )
            }),
        )
        .route("/panic", route_get(panics))
        .route(
            "/id",
            route_get(async |request: axum::extract::Request| {
                let id = request.extensions().get::<RequestId>().unwrap().0.clone();
                assert!(!request.headers().contains_key("x-request-id"));
                id.to_str().unwrap().to_owned()
            }),
        );
    let mut request = get(uri);
    request
        .headers_mut()
        .insert("x-request-id", "forged".parse().unwrap());
    send(EdgeLayer::new(production).layer(router), request).await
}

async fn panics() -> &'static str {
    panic!("the secret cause")
}

#[tokio::test]
async fn data_is_locked_down_and_not_stored() {
    let answer = send_through(false, "/data").await;
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("x-frame-options"), "DENY");
    assert_eq!(answer.header("referrer-policy"), "same-origin");
    assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
    assert!(answer.header("permissions-policy").contains("camera=()"));
    assert_eq!(
        answer.header("content-security-policy"),
        "default-src 'none'; frame-ancestors 'none'"
    );
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!answer.headers.contains_key("strict-transport-security"));
    assert!(
        !answer
            .headers
            .keys()
            .any(|name| name.as_str().starts_with("access-control"))
    );
    assert_eq!(
        send_through(false, "/none").await.header("cache-control"),
        "no-store"
    );
}

#[tokio::test]
async fn headers_set_by_a_page_win() {
    let answer = send_through(false, "/page").await;
    assert_eq!(
        answer.header("content-security-policy"),
        "default-src 'self'"
    );
    assert_eq!(answer.header("cache-control"), "max-age=5");
}

#[tokio::test]
async fn production_requires_https() {
    let answer = send_through(true, "/data").await;
    assert_eq!(
        answer.header("strict-transport-security"),
        "max-age=31536000"
    );
}

#[tokio::test]
async fn every_request_gets_an_id_from_the_server() {
    let answer = send_through(false, "/id").await;
    assert_eq!(answer.header("x-request-id"), answer.body);
    assert_ne!(answer.body, "forged");
    assert!(!answer.body.is_empty());
}

#[tokio::test]
async fn a_panic_becomes_a_500_with_the_same_headers() {
    let answer = send_through(false, "/panic").await;
    assert_eq!(answer.status, 500);
    assert!(!answer.body.contains("secret"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(!answer.header("x-request-id").is_empty());
}
