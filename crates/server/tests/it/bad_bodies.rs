//! Malformed request bodies of each encoding are refused with a reason and change nothing.

use reqwest::{Method, StatusCode};

use crate::app::{Answer, App, Member, send};
use crate::bad_input::{FORM, JSON, MULTIPART, name_of};

async fn rename(member: &Member, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    let call = member.call(Method::PUT, "/account/").body(body);
    send(call.header("content-type", content_type)).await
}

/// Checks that each body is refused with its status and that the name is unchanged.
async fn assert_refused(content_type: &str, cases: Vec<(&str, Vec<u8>, u16)>) {
    let app = App::start().await;
    let member = app.member("지우").await;
    for (what, body, status) in cases {
        let answer = rename(&member, content_type, body).await;
        assert_eq!(answer.status, status, "{what}: {answer:?}");
        assert!(answer.json()["detail"].is_string(), "{what}");
    }
    assert_eq!(name_of(&member).await, "지우");
}

#[tokio::test]
async fn malformed_json_is_refused() {
    let deep = format!(
        "{{\"username\": {}1{}}}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let many: String = (0..1_000)
        .map(|number| format!("\"field{number}\":1,"))
        .collect();
    let cases = vec![
        ("broken", br#"{"username": "#.to_vec(), 400),
        ("no object", br#"["username"]"#.to_vec(), 400),
        ("two objects", br#"{"username":"ab"} {}"#.to_vec(), 400),
        (
            "a field twice",
            br#"{"username":"ab","username":"cd"}"#.to_vec(),
            400,
        ),
        ("a NUL", br#"{"username":"a\u0000b"}"#.to_vec(), 400),
        (
            "half a surrogate",
            br#"{"username":"\ud800ab"}"#.to_vec(),
            400,
        ),
        (
            "invalid UTF-8",
            b"{\"username\":\"\xff\xfe\"}".to_vec(),
            400,
        ),
        ("deep nesting", deep.into_bytes(), 400),
        (
            "1,000 fields",
            format!("{{{many}\"username\":\"ab\"}}").into_bytes(),
            400,
        ),
        ("a list", br#"{"username":["ab"]}"#.to_vec(), 400),
        ("a boolean", br#"{"username":true}"#.to_vec(), 400),
        ("too large", vec![b' '; 200_000], 413),
    ];
    assert_refused(JSON, cases).await;
}

#[tokio::test]
async fn malformed_forms_are_refused() {
    let many: String = (0..1_000)
        .map(|number| format!("field{number}=1&"))
        .collect();
    let huge = [b"username=".to_vec(), vec![b'a'; 30_000]].concat();
    let cases = vec![
        ("a field twice", b"username=ab&username=cd".to_vec(), 400),
        ("a NUL", b"username=a%00b".to_vec(), 400),
        ("invalid UTF-8", b"username=%FF%FE".to_vec(), 400),
        ("raw invalid UTF-8", b"username=\xff\xfe".to_vec(), 400),
        ("1,000 fields", many.into_bytes(), 400),
        ("a huge value", huge, 413),
    ];
    assert_refused(FORM, cases).await;
}

fn part(name: &str, value: &str) -> String {
    format!("--frontier\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

#[tokio::test]
async fn malformed_multipart_bodies_are_refused() {
    let end = "--frontier--\r\n";
    let many: String = (0..1_000)
        .map(|number| part(&format!("field{number}"), "1"))
        .collect();
    let name = part("username", "새이름");
    let cases = vec![
        ("1,000 parts", format!("{many}{end}").into_bytes(), 400),
        ("no end", name.clone().into_bytes(), 400),
        (
            "a part twice",
            format!("{name}{name}{end}").into_bytes(),
            400,
        ),
        ("a NUL", (part("username", "a\0b") + end).into_bytes(), 400),
        ("text that is no part", b"username=ab".to_vec(), 400),
    ];
    assert_refused(MULTIPART, cases).await;
    let whole = || format!("{name}{end}").into_bytes();
    assert_refused("multipart/form-data", vec![("no boundary", whole(), 400)]).await;
    let elsewhere = vec![("another boundary", whole(), 400)];
    assert_refused("multipart/form-data; boundary=x", elsewhere).await;
}

#[tokio::test]
async fn unsupported_content_types_are_refused() {
    for content_type in ["text/plain", "application/xml", "", "\u{ff}\u{fe}"] {
        let body = b"username=ab".to_vec();
        assert_refused(content_type, vec![(content_type, body, 415)]).await;
    }
    let app = App::start().await;
    let member = app.member("지우").await;
    let good = r#"{"username":"새이름"}"#;
    let call = member
        .call(Method::PUT, "/account/")
        .header("content-encoding", "gzip");
    let packed = send(call.header("content-type", JSON).body(good)).await;
    assert_eq!(packed.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let read = rename(&member, "Application/JSON; charset=utf-8", good).await;
    assert_eq!(read.status, StatusCode::OK);
    assert_eq!(name_of(&member).await, "새이름");
}
