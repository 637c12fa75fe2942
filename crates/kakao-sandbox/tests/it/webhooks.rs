//! The webhooks, as a receiver sees them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kakao_sandbox::Settings;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::test_sandbox::Stage;

/// Takes one request, answers `status`, and hands out what it received.
async fn receiver(status: u16) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a caller");
        let mut text = String::new();
        while !is_whole(&text) {
            let mut bytes = [0_u8; 4_096];
            let count = stream.read(&mut bytes).await.expect("a request");
            assert!(count > 0, "the request ended early");
            text.push_str(std::str::from_utf8(&bytes[..count]).expect("ASCII"));
        }
        let answer =
            format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
        stream
            .write_all(answer.as_bytes())
            .await
            .expect("a listener");
        text
    });
    (url, heard)
}

fn is_whole(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    length.is_none_or(|length| length.parse() == Ok(body.len()))
}

async fn unlink(stage: &Stage, id: i64, body: Value) -> Value {
    stage
        .admin(Method::POST, &format!("/sandbox/people/{id}/unlink"), body)
        .await
}

#[tokio::test]
async fn an_unlink_is_posted_as_a_form_with_the_admin_key() {
    let (url, heard) = receiver(200).await;
    let stage = Stage::with(Settings {
        unlink_webhook_url: Some(url),
        ..Settings::default()
    })
    .await;
    let (id, token) = stage.person(json!({})).await;
    let sent = unlink(&stage, id, json!({"referrer_type": "ACCOUNT_DELETE"})).await;
    assert_eq!(sent["status"], 200);
    let request = heard.await.unwrap();
    assert!(request.starts_with("POST /hook HTTP/1.1"), "{request}");
    assert!(request.contains(&format!(
        "authorization: KakaoAK {}",
        stage.settings.admin_key
    )));
    let body = format!(
        "app_id={}&user_id={id}&referrer_type=ACCOUNT_DELETE",
        stage.settings.app_id
    );
    assert!(request.ends_with(&body), "{request}");
    assert_eq!(stage.with_token("/v2/user/me", &token).await.0, 401);
}

#[tokio::test]
async fn an_unlink_can_come_by_get_with_a_wrong_key_or_as_json() {
    let stage = Stage::open().await;
    let (id, _) = stage.person(json!({})).await;
    let (url, heard) = receiver(401).await;
    let sent = unlink(
        &stage,
        id,
        json!({"method": "GET", "wrong_key": true, "url": url}),
    )
    .await;
    assert_eq!(sent["status"], 401);
    let request = heard.await.unwrap();
    assert!(request.starts_with("GET /hook?app_id="), "{request}");
    assert!(request.contains("referrer_type=UNLINK_FROM_APPS"));
    assert!(!request.contains(&stage.settings.admin_key));

    let (url, heard) = receiver(200).await;
    unlink(&stage, id, json!({"json": true, "url": url})).await;
    let request = heard.await.unwrap();
    assert!(
        request.contains(&format!(r#""user_id":"{id}""#)),
        "{request}"
    );
}

#[tokio::test]
async fn a_receiver_that_is_away_is_reported() {
    let stage = Stage::open().await;
    let (id, _) = stage.person(json!({})).await;
    let path = format!("/sandbox/people/{id}/unlink");
    let nowhere = stage.post(&path).send().await.unwrap();
    assert_eq!(nowhere.status(), 502);
    let closed = json!({"url": "http://127.0.0.1:9/hook"});
    assert_eq!(
        stage
            .post(&path)
            .json(&closed)
            .send()
            .await
            .unwrap()
            .status(),
        502
    );
}

#[tokio::test]
async fn a_status_event_is_signed_and_may_be_repeated_or_misaddressed() {
    let stage = Stage::open().await;
    let mut claims = Vec::new();
    for wrong_aud in [false, true] {
        let (url, heard) = receiver(202).await;
        let body = json!({"url": url, "event": "oauth/event-type/user-unlinked",
            "reason": "UNLINK_FROM_APPS", "jti": "same", "wrong_aud": wrong_aud});
        let sent = stage
            .admin(Method::POST, "/sandbox/people/3000000001/events", body)
            .await;
        assert_eq!(sent["status"], 202);
        let request = heard.await.unwrap();
        assert!(
            request.contains("content-type: application/secevent+jwt"),
            "{request}"
        );
        let token = request.rsplit("\r\n").next().unwrap().to_owned();
        let header = jsonwebtoken::decode_header(&token).unwrap();
        assert_eq!(header.typ.as_deref(), Some("secevent+jwt"));
        let part = URL_SAFE_NO_PAD
            .decode(token.split('.').nth(1).unwrap())
            .unwrap();
        claims.push(serde_json::from_slice::<Value>(&part).unwrap());
    }
    assert_eq!(claims[0]["aud"], stage.settings.rest_key);
    assert_ne!(claims[1]["aud"], claims[0]["aud"]);
    assert_eq!(claims[0]["jti"], claims[1]["jti"]);
    let uri = "https://schemas.openid.net/secevent/oauth/event-type/user-unlinked";
    assert_eq!(claims[0]["events"][uri]["reason"], "UNLINK_FROM_APPS");
    assert_eq!(claims[0]["events"][uri]["subject"]["sub"], "3000000001");
}
