//! Sizes, times and content types of bodies.

use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::Request;
use web::input::InputLimits;

use crate::{post, read, refused};

const FORM: &str = "application/x-www-form-urlencoded";

#[tokio::test]
async fn an_empty_body_has_no_fields_whatever_its_content_type() {
    let bare = Request::builder().method("POST").body(Body::empty());
    let input = read(bare.unwrap()).await.unwrap();
    assert!(!input.contains("id"));
    for content_type in ["application/json", FORM, "text/plain; charset=utf-8"] {
        assert!(read(post(content_type, Body::empty())).await.is_ok());
    }
}

#[tokio::test]
async fn other_content_types_are_refused() {
    for content_type in [
        "text/plain",
        "application/xml",
        "application/jsonx",
        "image/png",
        "",
    ] {
        assert_eq!(refused(post(content_type, "{}")).await.0, 415);
    }
    let bare = Request::builder().method("POST").body(Body::from("a=1"));
    assert_eq!(refused(bare.unwrap()).await.0, 415);
}

#[tokio::test]
async fn a_compressed_body_is_refused() {
    let mut request = post("application/json", "{}");
    request
        .headers_mut()
        .insert("content-encoding", "gzip".parse().unwrap());
    assert_eq!(refused(request).await.0, 415);
}

#[tokio::test]
async fn a_plain_body_beyond_64_kib_is_refused_announced_or_not() {
    let big = "a".repeat(64 * 1024 + 1);
    assert_eq!(refused(post("application/json", big.clone())).await.0, 413);
    let pieces = (0..70).map(|_| Ok::<_, std::io::Error>(Bytes::from(vec![b'a'; 1000])));
    let unannounced = Body::from_stream(stream::iter(pieces));
    assert_eq!(refused(post(FORM, unannounced)).await.0, 413);
    let mut announced = post(
        FORM,
        Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>()),
    );
    announced
        .headers_mut()
        .insert("content-length", "99999999999999999999999".parse().unwrap());
    assert_eq!(refused(announced).await.0, 413);
}

#[tokio::test]
async fn a_text_beyond_16_kib_is_refused_by_name() {
    let (status, detail) =
        refused(post(FORM, format!("title={}", "a".repeat(16 * 1024 + 1)))).await;
    assert_eq!(
        (status, detail.as_str()),
        (413, "title: takes at most 16384 bytes")
    );
    let fits = post(FORM, format!("title={}", "a".repeat(16 * 1024)));
    assert!(read(fits).await.is_ok());
}

#[tokio::test]
async fn a_file_beyond_10_mib_is_refused_by_name() {
    let head = "--b\r\ncontent-disposition: form-data; name=\"image\"; filename=\"a\"\r\n\r\n";
    let body = |bytes: usize| format!("{head}{}\r\n--b--\r\n", "x".repeat(bytes));
    let limit = 10 * 1024 * 1024;
    let kind = "multipart/form-data; boundary=b";
    let (status, detail) = refused(post(kind, body(limit + 1))).await;
    assert_eq!(status, 413);
    assert!(detail.starts_with("image: "), "{detail}");
    let input = read(post(kind, body(limit))).await.unwrap();
    assert_eq!(input.file("image").unwrap().bytes.len(), limit);
    assert_eq!(refused(post(kind, body(11 * 1024 * 1024))).await.0, 413);
}

#[tokio::test]
async fn an_overlong_field_name_is_refused() {
    assert_eq!(
        refused(post(FORM, format!("{}=1", "n".repeat(65)))).await.0,
        400
    );
}

#[tokio::test]
async fn a_body_in_many_pieces_is_joined() {
    let pieces =
        ["tit", "le=h", "ello&i", "d=5"].map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
    let input = read(post(FORM, Body::from_stream(stream::iter(pieces))))
        .await
        .unwrap();
    assert_eq!(input.text("title").unwrap(), "hello");
    assert_eq!(input.integer("id").unwrap(), 5);
}

#[tokio::test]
async fn a_body_that_never_arrives_times_out() {
    let never = stream::pending::<Result<Bytes, std::io::Error>>();
    let mut request = post(FORM, Body::from_stream(never));
    request.extensions_mut().insert(InputLimits {
        deadline: Duration::from_millis(20),
        ..InputLimits::default()
    });
    assert_eq!(refused(request).await.0, 408);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_refused() {
    let broken = stream::iter([
        Ok(Bytes::from("title=he")),
        Err(std::io::Error::other("connection reset")),
    ]);
    assert_eq!(refused(post(FORM, Body::from_stream(broken))).await.0, 400);
}
