//! A local push service, and the meaning of its responses.

use public_http::AddressPolicy;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use web_push::{Client, Message, Outcome, Subscription, VapidKey};

use crate::encryption::{BROWSER_AUTH, BROWSER_KEY};

/// Responds to one request with `head`; returns the outcome and the received request.
async fn send_to_service(head: &str) -> (Outcome, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/wake", listener.local_addr().unwrap());
    let response = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let service = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = vec![0; 8_192];
        let count = stream.read(&mut seen).await.unwrap();
        stream.write_all(response.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&seen[..count]).to_lowercase()
    });
    let to = Subscription::parse(
        &endpoint,
        BROWSER_KEY,
        BROWSER_AUTH,
        AddressPolicy::AllowLoopback,
    )
    .unwrap();
    let outcome = client().send(&to, message(), 1_700_000_000).await;
    (outcome, service.await.unwrap())
}

fn client() -> Client {
    let key = VapidKey::random().unwrap();
    Client::new(
        key,
        "https://funsun.example".to_owned(),
        AddressPolicy::AllowLoopback,
    )
    .unwrap()
}

const fn message() -> Message<'static> {
    Message {
        payload: b"hello",
        ttl_seconds: 60,
    }
}

#[tokio::test]
async fn a_request_has_the_headers_of_the_standard() {
    let (outcome, request) = send_to_service("201 Created").await;
    assert_eq!(outcome, Outcome::Accepted);
    for part in [
        "post /wake http/1.1",
        "ttl: 60",
        "content-encoding: aes128gcm",
        "authorization: vapid t=",
    ] {
        assert!(request.contains(part), "{part}: {request}");
    }
}

#[tokio::test]
async fn every_response_status_has_its_outcome() {
    for (head, outcome) in [
        ("404 Not Found", Outcome::Gone),
        ("410 Gone", Outcome::Gone),
        (
            "429 Too Many Requests\r\nretry-after: 30",
            Outcome::RetryAfter(Some(30)),
        ),
        ("503 Service Unavailable", Outcome::RetryAfter(None)),
        (
            "503 Service Unavailable\r\nretry-after: 99999999",
            Outcome::RetryAfter(None),
        ),
        ("403 Forbidden", Outcome::Refused(403)),
        (
            "302 Found\r\nlocation: http://127.0.0.1:1/",
            Outcome::Refused(302),
        ),
    ] {
        assert_eq!(send_to_service(head).await.0, outcome, "{head}");
    }
}
