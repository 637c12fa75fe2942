//! Forms in bodies and query strings.

use axum::Router;
use axum::body::Body;
use axum::routing::delete;
use http::Request;
use web::{AppError, Input, QueryInput};

use crate::{post, read, refused, send, status_and_detail};

fn form(body: impl Into<Body>) -> Request<Body> {
    post("application/x-www-form-urlencoded; charset=utf-8", body)
}

#[tokio::test]
async fn a_form_is_decoded() {
    let input = read(form("message=%EC%B6%95%ED%95%98+%26+%2B&id=12&&empty="))
        .await
        .unwrap();
    assert_eq!(input.text("message").unwrap(), "축하 & +");
    assert_eq!(input.integer("id").unwrap(), 12);
    assert_eq!(input.text("empty").unwrap(), "");
}

#[tokio::test]
async fn a_delete_may_carry_a_form() {
    async fn handler(input: Input) -> Result<String, AppError> {
        input.text("id")
    }
    let app = Router::new().route("/", delete(handler));
    let mut request = form("id=77");
    *request.method_mut() = http::Method::DELETE;
    let answer = send(app, request).await;
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "77"));
}

#[tokio::test]
async fn booleans_are_parsed_as_clients_write_them() {
    for (text, value) in [
        ("true", true),
        ("True", true),
        ("1", true),
        ("false", false),
        ("FALSE", false),
        ("0", false),
    ] {
        let input = read(form(format!("public={text}"))).await.unwrap();
        assert_eq!(input.boolean("public").unwrap(), value, "{text}");
    }
    for text in ["yes", "", "2", "tru", "%EF%BC%91"] {
        let input = read(form(format!("public={text}"))).await.unwrap();
        let (status, detail) = status_and_detail(input.boolean("public").unwrap_err());
        assert_eq!(
            (status, detail.as_str()),
            (400, "public: takes true or false"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn invalid_utf8_is_refused_by_name() {
    let (status, detail) = refused(form("title=%ff%fe")).await;
    assert_eq!(
        (status, detail.as_str()),
        (400, "title: is not valid UTF-8")
    );
    assert_eq!(refused(form(b"title=\xc3\x28".to_vec())).await.0, 400);
    assert_eq!(refused(form("%ff=1")).await.0, 400);
}

#[tokio::test]
async fn nul_bytes_are_refused_by_name() {
    let (status, detail) = refused(form("title=a%00b")).await;
    assert_eq!(status, 400);
    assert!(detail.starts_with("title: "), "{detail}");
    assert_eq!(refused(form("ti%00tle=a")).await.0, 400);
}

#[tokio::test]
async fn a_repeated_field_is_refused_when_it_is_read() {
    let input = read(form("id=1&id=1&message=hi")).await.unwrap();
    assert_eq!(input.text("message").unwrap(), "hi");
    let (status, detail) = status_and_detail(input.text("id").unwrap_err());
    assert_eq!(
        (status, detail.as_str()),
        (400, "id: was given more than once")
    );
}

#[tokio::test]
async fn a_thousand_fields_are_refused_even_when_they_share_a_name() {
    let many = (0..1000)
        .map(|number| format!("f{number}=1"))
        .collect::<Vec<_>>()
        .join("&");
    assert_eq!(refused(form(many)).await.0, 400);
    let (status, detail) = refused(form("a=1&".repeat(33))).await;
    assert_eq!(
        (status, detail.as_str()),
        (400, "a request takes at most 32 fields")
    );
    assert!(read(form("a=1&".repeat(32))).await.is_ok());
}

#[test]
fn a_query_takes_the_first_value_and_tolerates_junk() {
    let uri = "/?id=1&id=2&name=%ff&page=&&=x&%zz=1".parse().unwrap();
    let query = QueryInput::of(&uri);
    assert_eq!(query.text("id").unwrap(), "1");
    assert_eq!(query.text("name").unwrap(), "\u{fffd}");
    assert_eq!(query.optional_text("page").unwrap().as_deref(), Some(""));
    assert_eq!(
        status_and_detail(query.text("other").unwrap_err()),
        (400, "other: is required".to_owned())
    );
}

#[test]
fn a_query_of_a_thousand_pairs_is_read_up_to_a_bound() {
    let pairs = (0..1000)
        .map(|number| format!("f{number}=1"))
        .collect::<Vec<_>>()
        .join("&");
    let query = QueryInput::of(&format!("/?{pairs}").parse().unwrap());
    assert_eq!(query.pairs().count(), 32);
}
