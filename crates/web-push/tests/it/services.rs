//! A push service on this machine, and what its answers mean.

use public_http::AddressPolicy;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use web_push::{Client, Message, Outcome, Subscription, VapidKey};

use crate::encryption::{BROWSER_AUTH, BROWSER_KEY};

/// Answers one request with `head`; gives back what became of the message, and the request's head.
async fn answered(head: &str) -> (Outcome, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}/wake", listener.local_addr().unwrap());
    let answer = format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    let service = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut seen = vec![0; 8_192];
        let count = stream.read(&mut seen).await.unwrap();
        stream.write_all(answer.as_bytes()).await.unwrap();
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
async fn a_message_goes_out_as_the_standard_says() {
    let (outcome, request) = answered("201 Created").await;
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
async fn every_answer_has_its_meaning() {
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
        assert_eq!(answered(head).await.0, outcome, "{head}");
    }
}
