//! JSON bodies, valid and malicious.

use axum::body::Body;
use http::Request;

use crate::{post, read, refused, status_and_detail};

fn json(body: impl Into<Body>) -> Request<Body> {
    post("application/json; charset=utf-8", body)
}

#[tokio::test]
async fn typed_values_are_parsed() {
    let input = read(json(
        r#"{"title": "생일 선물", "amount": 30000, "public": true, "none": null}"#,
    ))
    .await
    .unwrap();
    assert_eq!(input.text("title").unwrap(), "생일 선물");
    assert_eq!(input.integer("amount").unwrap(), 30_000);
    assert!(input.boolean("public").unwrap());
    assert_eq!(input.optional_text("none").unwrap(), None);
    assert_eq!(input.optional_integer("absent").unwrap(), None);
    assert!(input.contains("none") && !input.contains("absent"));
}

#[tokio::test]
async fn a_number_read_as_text_is_its_digits() {
    let input = read(json(r#"{"target": 42, "amount": "-7"}"#))
        .await
        .unwrap();
    assert_eq!(input.text("target").unwrap(), "42");
    assert_eq!(input.integer("amount").unwrap(), -7);
}

#[tokio::test]
async fn anything_but_an_integer_in_range_is_refused_by_name() {
    let values = [
        "1e9",
        "1.0",
        "-0.5",
        "9223372036854775808",
        "1e400000",
        "99999999999999999999999",
        "\"1e9\"",
        "\"1.0\"",
        "\"1,000\"",
        "\"１０００\"",
        "\"+5\"",
        "\" 5\"",
        "\"\"",
        "\"-\"",
        "\"9223372036854775808\"",
        "true",
        "[1]",
        "{\"a\":1}",
    ];
    for value in values {
        let body = format!("{{\"amount\": {value}}}");
        let Ok(input) = read(json(body)).await else {
            assert_eq!(value, "1e400000", "only a number out of range breaks JSON");
            continue;
        };
        let (status, detail) = status_and_detail(input.integer("amount").unwrap_err());
        assert_eq!(status, 400, "{value}");
        assert!(detail.starts_with("amount: takes "), "{value}: {detail}");
    }
}

#[tokio::test]
async fn the_largest_and_smallest_integers_are_parsed() {
    let input = read(json(format!(
        r#"{{"a": {}, "b": "{}"}}"#,
        i64::MAX,
        i64::MIN
    )))
    .await
    .unwrap();
    assert_eq!(input.integer("a").unwrap(), i64::MAX);
    assert_eq!(input.integer("b").unwrap(), i64::MIN);
}

#[tokio::test]
async fn a_missing_or_null_field_is_required_by_name() {
    let input = read(json(r#"{"title": null}"#)).await.unwrap();
    for name in ["title", "content"] {
        let error = input.text(name).unwrap_err();
        assert_eq!(
            status_and_detail(error),
            (400, format!("{name}: is required"))
        );
    }
    assert_eq!(
        status_and_detail(input.integer("goal_amount").unwrap_err()).1,
        "goal_amount: is required"
    );
}

#[tokio::test]
async fn a_parse_error_is_quoted_after_the_name() {
    let input = read(json(r#"{"title": "a"}"#)).await.unwrap();
    let error = input
        .required("title", |_| Err::<(), _>("takes 2 to 50 characters"))
        .unwrap_err();
    assert_eq!(
        status_and_detail(error),
        (400, "title: takes 2 to 50 characters".to_owned())
    );
}

#[tokio::test]
async fn a_repeated_field_is_refused_when_it_is_read_and_ignored_otherwise() {
    let input = read(json(r#"{"amount": 1000, "amount": 9000, "id": "7"}"#))
        .await
        .unwrap();
    assert_eq!(input.text("id").unwrap(), "7");
    let (status, detail) = status_and_detail(input.integer("amount").unwrap_err());
    assert_eq!(
        (status, detail.as_str()),
        (400, "amount: was given more than once")
    );
}

#[tokio::test]
async fn nested_values_are_refused_as_text_and_ignored_when_unknown() {
    let input = read(json(
        r#"{"message": ["a"], "extra": {"deep": [1, {"x": null}]}, "id": 1}"#,
    ))
    .await
    .unwrap();
    assert_eq!(input.integer("id").unwrap(), 1);
    let (status, detail) = status_and_detail(input.text("message").unwrap_err());
    assert_eq!(status, 400);
    assert_eq!(
        detail,
        "message: takes a single value, not a list or an object"
    );
}

#[tokio::test]
async fn invalid_json_and_values_other_than_objects_are_refused() {
    for body in [
        "{",
        "{\"a\":}",
        "[]",
        "1",
        "null",
        "\"text\"",
        "{} {}",
        "{\"a\":1,}",
        "{'a':1}",
        " ",
    ] {
        let (status, detail) = refused(json(body)).await;
        assert_eq!(status, 400, "{body}");
        assert!(detail.contains("JSON"), "{body}: {detail}");
    }
    let deep = format!("{{\"a\":{}", "[".repeat(20_000));
    assert_eq!(refused(json(deep)).await.0, 400);
}

#[tokio::test]
async fn invalid_utf8_is_refused_even_in_unknown_fields() {
    let (status, detail) = refused(json(b"{\"x\": \"\xff\xfe\"}".to_vec())).await;
    assert_eq!(
        (status, detail.as_str()),
        (400, "the body is not valid UTF-8")
    );
    assert_eq!(refused(json(r#"{"a": "\ud800"}"#)).await.0, 400);
}

#[tokio::test]
async fn an_escaped_nul_is_refused_by_name() {
    let (status, detail) = refused(json(r#"{"message": "a\u0000b"}"#)).await;
    assert_eq!(status, 400);
    assert_eq!(detail, "message: takes text without NUL characters");
}

#[tokio::test]
async fn text_is_not_a_file() {
    let input = read(json(r#"{"image": "/etc/passwd"}"#)).await.unwrap();
    assert!(input.file("image").is_none());
}
