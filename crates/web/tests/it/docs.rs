//! The pages of the API document, over a small document that has one of everything.

use axum::Router;
use tower::Layer;
use utoipa::OpenApi;
use web::docs;
use web::headers::EdgeLayer;

use crate::{Answer, get};

/// A document that has one of everything the pages must show.
#[derive(OpenApi)]
#[openapi(
    info(title = "FunSun <test>", version = "9.9", description = "First.\n\nSecond & last."),
    paths(show_gift, send_gift),
    tags((name = "gifts", description = "Everything wrapped"))
)]
struct Document;

/// A present.
#[derive(utoipa::ToSchema)]
#[schema(example = json!({"id": 1, "label": "yes", "owner": null}))]
#[expect(dead_code, reason = "only its schema is used")]
struct Gift {
    /// Its number.
    #[schema(minimum = 1, maximum = 10)]
    id: i64,
    /// What is written on it.
    #[schema(min_length = 2, max_length = 50)]
    label: String,
    owner: Option<String>,
    parts: Vec<Part>,
}

#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "only its schema is used")]
struct Part {
    name: String,
}

/// Shows one gift.
#[utoipa::path(get, path = "/gift/", tag = "gifts",
    params(("id" = i64, Query, description = "Which <one>")),
    responses((status = 200, description = "The gift", body = Gift), (status = 204, description = "No such gift")))]
#[expect(dead_code, reason = "only its document is used")]
fn show_gift() {}

/// Sends a gift.
#[utoipa::path(post, path = "/gift/", tag = "gifts", request_body = Gift, security(("bearer" = [])),
    responses((status = 201, description = "Sent", body = Gift)))]
#[expect(dead_code, reason = "only its document is used")]
fn send_gift() {}

async fn fetch(uri: &str) -> Answer {
    let router: Router = docs::router(&Document::openapi()).unwrap();
    let layered = EdgeLayer::new(false).layer(router);
    let response = tower::ServiceExt::oneshot(layered, get(uri)).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = http_body_util::BodyExt::collect(body)
        .await
        .unwrap()
        .to_bytes();
    Answer {
        status: parts.status,
        headers: parts.headers,
        body: String::from_utf8_lossy(&bytes).into_owned(),
    }
}

#[tokio::test]
async fn the_document_is_served_as_json() {
    let answer = fetch("/swagger.json").await;
    assert_eq!(
        answer.header("content-type"),
        "application/json; charset=utf-8"
    );
    let document: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(
        document["paths"]["/gift/"]["get"]["summary"],
        "Shows one gift."
    );
}

#[tokio::test]
async fn the_document_is_served_as_block_yaml_in_its_own_order() {
    let answer = fetch("/swagger.yaml").await;
    assert_eq!(
        answer.header("content-type"),
        "application/yaml; charset=utf-8"
    );
    assert!(
        answer
            .body
            .starts_with("openapi: \"3.1.0\"\ninfo:\n  title: \"FunSun <test>\"\n"),
        "{}",
        answer.body
    );
    assert!(
        answer
            .body
            .contains("\npaths:\n  /gift/:\n    get:\n      tags:\n        - \"gifts\"\n")
    );
    // A status and a word that YAML would load as a number and a boolean.
    assert!(
        answer
            .body
            .contains("        \"204\":\n          description: \"No such gift\"\n")
    );
    assert!(answer.body.contains("label: \"yes\"\n"));
    assert!(answer.body.contains("owner: null\n"));
    assert!(answer.body.contains("minimum: 1\n"));
}

#[tokio::test]
async fn swagger_ui_is_self_hosted_and_may_run_its_own_script() {
    let index = fetch("/swagger/").await;
    assert_eq!(index.status, 200);
    assert!(index.header("content-type").starts_with("text/html"));
    assert!(
        index
            .header("content-security-policy")
            .contains("script-src 'self'")
    );
    assert!(!index.body.contains("https://"), "{}", index.body);
    let start = fetch("/swagger/swagger-initializer.js").await;
    assert!(start.body.contains("/swagger.json"), "{}", start.body);
    for file in ["swagger-ui.css", "swagger-ui-bundle.js"] {
        assert_eq!(
            fetch(&format!("/swagger/{file}")).await.status,
            200,
            "{file}"
        );
    }
    for file in ["nothing.js", "../../Cargo.toml", "%2e%2e/Cargo.toml"] {
        assert_eq!(
            fetch(&format!("/swagger/{file}")).await.status,
            404,
            "{file}"
        );
    }
}

#[tokio::test]
async fn the_reading_view_shows_everything_and_needs_no_script() {
    let page = fetch("/redoc/").await;
    assert_eq!(page.status, 200);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(!page.body.contains("<script"));
    assert!(!page.header("content-security-policy").contains("script"));
    for expected in [
        "Everything wrapped",
        "Second",
        "/gift/",
        "Shows one gift.",
        "Bearer token",
        "No such gift",
        "list of <a href=\"#schema-Part\">Part</a>",
        "id=\"schema-Gift\"",
        "shortest 2",
        "string or null",
    ] {
        assert!(
            page.body.contains(expected),
            "{expected} is missing:\n{}",
            page.body
        );
    }
    assert!(
        !page.body.contains("<test>") && !page.body.contains("<one>"),
        "text must be escaped"
    );
    assert_eq!(
        fetch("/redoc/reference.css").await.header("content-type"),
        "text/css; charset=utf-8"
    );
}

#[test]
fn every_page_of_the_document_is_listed_for_the_path_layer() {
    assert!(docs::PATHS.contains(&"/redoc/") && docs::PATHS.contains(&"/swagger/"));
}
