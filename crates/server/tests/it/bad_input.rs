//! Untrusted input: it gets a response, has no effect and never causes a crash.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::app::{App, Member, send};

pub const JSON: &str = "application/json";
pub const FORM: &str = "application/x-www-form-urlencoded";
pub const MULTIPART: &str = "multipart/form-data; boundary=frontier";

/// The member's current name.
pub async fn name_of(member: &Member) -> Value {
    let own = send(member.call(Method::POST, "/account/")).await;
    own.json()["username"].clone()
}

#[tokio::test]
async fn every_writing_route_refuses_malformed_bodies() {
    let app = App::start().await;
    let member = app.member("지우").await;
    let routes = [
        (Method::POST, "/account/kakaologin"),
        (Method::POST, "/account/token/refresh"),
        (Method::PUT, "/account/"),
        (Method::POST, "/follow/"),
        (Method::DELETE, "/follow/"),
        (Method::POST, "/funding/"),
        (Method::PUT, "/funding/"),
        (Method::DELETE, "/funding/"),
        (Method::POST, "/funding/review"),
        (Method::POST, "/remit/kakaopay/ready"),
        (Method::POST, "/remit/kakaopay/approve"),
        (Method::POST, "/remit/"),
        (Method::PUT, "/remit/"),
        (Method::DELETE, "/remit/"),
        (Method::POST, "/report/"),
    ];
    for (method, path) in &routes {
        for (content_type, body) in [
            (JSON, &b"{\"id\": \xff}"[..]),
            (JSON, b"nonsense"),
            (FORM, b"id=%FF&id=1&amount=1e9"),
            (MULTIPART, b"--frontier"),
            ("text/html", b"<html>"),
        ] {
            let call = member.call(method.clone(), path).body(body);
            let answer = send(call.header("content-type", content_type)).await;
            assert!(
                answer.status.is_client_error(),
                "{method} {path}: {answer:?}"
            );
            assert!(answer.json()["detail"].is_string(), "{method} {path}");
        }
    }
    assert_eq!(name_of(&member).await, "지우");
}

#[tokio::test]
async fn a_member_cannot_change_what_belongs_to_another() {
    let app = App::start().await;
    let (owner, thief) = (app.member("주인").await, app.member("도둑").await);
    let author = app.member("작가").await;
    let funding = author.opens("새 자전거", true).await;
    let support = owner.supports(&funding, 1_000, "힘내").await;
    let id = support["id"].as_i64().unwrap();
    let funding_id = funding["id"].as_i64().unwrap();
    let before = author.get(&format!("/funding/?id={funding_id}")).await;
    let steal = async |method: Method, path: &str, body: Value, status: u16| {
        let answer = thief.json(method, path, body).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    };
    let message = json!({"id": id, "message": "내 것"});
    steal(Method::PUT, "/remit/", message, 400).await;
    steal(Method::DELETE, "/remit/", json!({"id": id}), 400).await;
    let title = json!({"id": funding_id, "title": "내 것"});
    steal(Method::PUT, "/funding/", title, 400).await;
    let funding = json!({"id": funding_id});
    steal(Method::DELETE, "/funding/", funding, 400).await;
    let review = json!({"id": funding_id, "review": "내 것"});
    steal(Method::POST, "/funding/review", review, 400).await;
    let body = json!({"amount": 1_000, "message": "힘내", "funding": funding_id});
    steal(Method::POST, "/remit/", body, 402).await;
    steal(Method::GET, "/remit/kakaopay/approve", json!({}), 400).await;
    assert_eq!(thief.status("/remit/kakaopay/payments").await, 204);
    let after = author.get(&format!("/remit/?id={funding_id}")).await;
    assert_eq!(after[0]["message"], "힘내");
    assert_eq!(after.as_array().unwrap().len(), 1);
    let detail = format!("/funding/?id={funding_id}");
    assert_eq!(author.get(&detail).await, before);
}

#[tokio::test]
async fn unknown_paths_are_404_and_unknown_methods_405() {
    let app = App::start().await;
    let member = app.member("지우").await;
    for path in [
        "/nothing",
        "/account/1",
        "/funding/user/x",
        "/%00",
        "/%FF",
        "/.env",
        "/admin.php",
    ] {
        let answer = send(member.call(Method::GET, path)).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.json()["detail"].is_string());
    }
    for (method, path) in [
        (Method::PATCH, "/account/"),
        (Method::DELETE, "/funding/public"),
        (Method::GET, "/account/kakaologin"),
        (Method::TRACE, "/funding/"),
    ] {
        let answer = send(member.call(method.clone(), path)).await;
        assert_eq!(
            answer.status,
            StatusCode::METHOD_NOT_ALLOWED,
            "{method} {path}"
        );
    }
}

/// Sends raw bytes and reads until the program closes the connection.
async fn raw(app: &App, bytes: &[u8]) -> String {
    let address = app.url.trim_start_matches("http://");
    let mut socket = TcpStream::connect(address).await.unwrap();
    socket.write_all(bytes).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test]
async fn malformed_http_requests_get_a_response_and_are_closed() {
    let app = App::start().await;
    let close = "host: x\r\nconnection: close\r\n\r\n";
    for (request, status) in [
        (
            format!("GET /media/../funsun.db HTTP/1.1\r\n{close}"),
            "404",
        ),
        (
            format!("GET /media/%2e%2e%2ffunsun.db HTTP/1.1\r\n{close}"),
            "404",
        ),
        (
            format!("GET //funding///public?page=1 HTTP/1.1\r\n{close}"),
            "204",
        ),
        (
            format!("GET http://x/funding/public HTTP/1.1\r\n{close}"),
            "204",
        ),
        ("NONSENSE\r\n\r\n".to_owned(), "400"),
        (format!("GET /x\0y HTTP/1.1\r\n{close}"), "400"),
        (format!("GET / HTTP/1.1\r\nbad header\r\n{close}"), "400"),
        (
            format!("GET / HTTP/1.1\r\nlong: {}\r\n{close}", "x".repeat(100_000)),
            "431",
        ),
        (
            format!("GET /?{} HTTP/1.1\r\n{close}", "x".repeat(100_000)),
            "431",
        ),
    ] {
        let answer = raw(&app, request.as_bytes()).await;
        let line = answer.lines().next().unwrap_or_default().to_owned();
        assert!(line.contains(status), "{request:.60}: {line}");
    }
}

#[tokio::test]
async fn a_204_has_no_body_and_keeps_the_connection_usable() {
    let app = App::start().await;
    let none = "GET /funding/public HTTP/1.1\r\nhost: x\r\n\r\n";
    let last = "GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answers = raw(&app, format!("{none}{none}{last}").as_bytes()).await;
    let heads: Vec<&str> = answers.matches("HTTP/1.1 204").collect();
    assert_eq!(heads.len(), 2, "{answers}");
    let (_, healthy) = answers.rsplit_once("HTTP/1.1 200").unwrap();
    assert!(healthy.ends_with("ok\n"), "{healthy}");
    let (first, _) = answers.split_once("\r\n\r\n").unwrap();
    let first = first.to_ascii_lowercase();
    assert!(
        !first.contains("content-length") && !first.contains("transfer-encoding"),
        "{first}"
    );
}
