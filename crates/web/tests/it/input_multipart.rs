//! Multipart bodies as the app, browsers and attackers send them.

use axum::body::Body;
use http::Request;

use crate::{post, read, refused, status_and_detail};

const BOUNDARY: &str = "dart-http-boundary-x.Y+z";

fn multipart(body: impl Into<Body>) -> Request<Body> {
    post(&format!("multipart/form-data; boundary={BOUNDARY}"), body)
}

fn part(head: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = format!("--{BOUNDARY}\r\n{head}\r\n\r\n").into_bytes();
    bytes.extend_from_slice(content);
    bytes.extend_from_slice(b"\r\n");
    bytes
}

fn text(name: &str, value: &str) -> Vec<u8> {
    part(
        &format!("content-disposition: form-data; name=\"{name}\""),
        value.as_bytes(),
    )
}

fn file(name: &str, file_name: &str, content: &[u8]) -> Vec<u8> {
    let head = format!(
        "content-type: application/octet-stream\r\ncontent-disposition: form-data; name=\"{name}\"; filename=\"{file_name}\""
    );
    part(&head, content)
}

fn body(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = parts.concat();
    bytes.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
    bytes
}

#[tokio::test]
async fn text_and_a_file_are_parsed_as_the_app_sends_them() {
    let korean = part(
        "content-disposition: form-data; name=\"title\"\r\ncontent-type: text/plain; charset=utf-8\r\ncontent-transfer-encoding: binary",
        "무선 이어폰".as_bytes(),
    );
    let picture = b"\x89PNG\r\n\x1a\n--dart\r\n\r\n\0\xff";
    let parts = [
        text("goal_amount", "150000"),
        korean,
        file("image", "a;b\\\".png", picture),
        text("image_delete", ""),
    ];
    let input = read(multipart(body(&parts))).await.unwrap();
    assert_eq!(input.integer("goal_amount").unwrap(), 150_000);
    assert_eq!(input.text("title").unwrap(), "무선 이어폰");
    assert_eq!(input.text("image_delete").unwrap(), "");
    assert_eq!(input.file("image").unwrap().bytes.as_ref(), picture);
}

#[tokio::test]
async fn a_quoted_boundary_a_preamble_and_padding_are_accepted() {
    let bytes = format!(
        "preamble\r\n--{BOUNDARY} \t\r\nContent-Disposition: form-data; name=id\r\n\r\n5\r\n--{BOUNDARY}--epilogue"
    );
    let content_type = format!("Multipart/Form-Data; charset=utf-8; boundary=\"{BOUNDARY}\"");
    let input = read(post(&content_type, bytes)).await.unwrap();
    assert_eq!(input.integer("id").unwrap(), 5);
}

#[tokio::test]
async fn text_is_not_a_file_and_a_file_is_not_text() {
    let input = read(multipart(body(&[text("image", "x")]))).await.unwrap();
    assert!(input.file("image").is_none());
    let input = read(multipart(body(&[file("title", "t.txt", b"x")])))
        .await
        .unwrap();
    assert_eq!(
        status_and_detail(input.text("title").unwrap_err()),
        (400, "title: takes text, not a file".to_owned())
    );
}

#[tokio::test]
async fn an_empty_file_part_without_a_name_counts_as_absent() {
    let input = read(multipart(body(&[file("image", "", b"")])))
        .await
        .unwrap();
    assert!(input.file("image").is_none() && !input.contains("image"));
    let input = read(multipart(body(&[file("image", "a.png", b"")])))
        .await
        .unwrap();
    assert!(input.file("image").unwrap().bytes.is_empty());
}

#[tokio::test]
async fn a_second_file_is_refused() {
    let parts = [file("image", "a", b"1"), file("image", "b", b"2")];
    let (status, detail) = refused(multipart(body(&parts))).await;
    assert_eq!(
        (status, detail.as_str()),
        (400, "image: a request takes one file")
    );
}

#[tokio::test]
async fn a_missing_or_invalid_boundary_is_refused() {
    let bytes = body(&[text("id", "1")]);
    for content_type in [
        "multipart/form-data".to_owned(),
        "multipart/form-data; boundary=".to_owned(),
        "multipart/form-data; boundary=\"".to_owned(),
        format!("multipart/form-data; boundary={}", "b".repeat(71)),
    ] {
        let (status, detail) = refused(post(&content_type, bytes.clone())).await;
        assert_eq!(status, 400, "{content_type}");
        assert!(detail.contains("boundary"), "{content_type}: {detail}");
    }
}

#[tokio::test]
async fn malformed_bodies_are_refused() {
    let open = format!("--{BOUNDARY}");
    let bodies = [
        String::new(),
        "junk".to_owned(),
        open.clone(),
        format!("{open}\r\n"),
        format!("{open}x\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n1\r\n{open}--"),
        format!("{open}\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n1"),
        format!("{open}\r\ncontent-disposition: form-data; name=\"a\"\r\n{open}--"),
        format!("{open}\r\ncontent-type: text/plain\r\n\r\n1\r\n{open}--"),
        format!("{open}\r\ncontent-disposition: attachment; name=\"a\"\r\n\r\n1\r\n{open}--"),
        format!("{open}\r\ncontent-disposition: form-data; name=\"a\r\n\r\n1\r\n{open}--"),
        format!("{open}\r\nx: {}\r\n\r\n1\r\n{open}--", "y".repeat(5000)),
    ];
    for bytes in bodies {
        assert_eq!(refused(multipart(bytes.clone())).await.0, 400, "{bytes:?}");
    }
}

#[tokio::test]
async fn text_with_invalid_utf8_or_nul_is_refused_by_name() {
    for content in [&b"\xff\xfe"[..], b"a\0b"] {
        let bad = part("content-disposition: form-data; name=\"title\"", content);
        let (status, detail) = refused(multipart(body(&[bad]))).await;
        assert_eq!(status, 400);
        assert!(detail.starts_with("title: "), "{detail}");
    }
}

#[tokio::test]
async fn a_thousand_parts_are_refused() {
    let parts: Vec<_> = (0..1000)
        .map(|number| text(&format!("f{number}"), "1"))
        .collect();
    assert_eq!(refused(multipart(body(&parts))).await.0, 400);
}
