//! The webhooks as a receiver gets them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kakao_sandbox::Settings;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::test_sandbox::TestSandbox;

/// Starts a receiver that responds `status` to one request; the task returns the request.
async fn receiver(status: u16) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
    let received = tokio::spawn(async move {
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
    (url, received)
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

async fn unlink(sandbox: &TestSandbox, id: i64, body: Value) -> Value {
    sandbox
        .admin(Method::POST, &format!("/sandbox/people/{id}/unlink"), body)
        .await
}

#[tokio::test]
async fn an_unlink_webhook_is_a_form_post_with_the_admin_key() {
    let (url, received) = receiver(200).await;
    let sandbox = TestSandbox::with(Settings {
        unlink_webhook_url: Some(url),
        ..Settings::default()
    })
    .await;
    let (id, token) = sandbox.person(json!({})).await;
    let sent = unlink(&sandbox, id, json!({"referrer_type": "ACCOUNT_DELETE"})).await;
    assert_eq!(sent["status"], 200);
    let request = received.await.unwrap();
    assert!(request.starts_with("POST /hook HTTP/1.1"), "{request}");
    assert!(request.contains(&format!(
        "authorization: KakaoAK {}",
        sandbox.settings.admin_key
    )));
    let body = format!(
        "app_id={}&user_id={id}&referrer_type=ACCOUNT_DELETE",
        sandbox.settings.app_id
    );
    assert!(request.ends_with(&body), "{request}");
    assert_eq!(sandbox.get_with_token("/v2/user/me", &token).await.0, 401);
}

#[tokio::test]
async fn an_unlink_webhook_can_be_a_get_have_a_wrong_key_or_be_json() {
    let sandbox = TestSandbox::start().await;
    let (id, _) = sandbox.person(json!({})).await;
    let (url, received) = receiver(401).await;
    let sent = unlink(
        &sandbox,
        id,
        json!({"method": "GET", "wrong_key": true, "url": url}),
    )
    .await;
    assert_eq!(sent["status"], 401);
    let request = received.await.unwrap();
    assert!(request.starts_with("GET /hook?app_id="), "{request}");
    assert!(request.contains("referrer_type=UNLINK_FROM_APPS"));
    assert!(!request.contains(&sandbox.settings.admin_key));

    let (url, received) = receiver(200).await;
    unlink(&sandbox, id, json!({"json": true, "url": url})).await;
    let request = received.await.unwrap();
    assert!(
        request.contains(&format!(r#""user_id":"{id}""#)),
        "{request}"
    );
}

#[tokio::test]
async fn an_unreachable_receiver_is_reported() {
    let sandbox = TestSandbox::start().await;
    let (id, _) = sandbox.person(json!({})).await;
    let path = format!("/sandbox/people/{id}/unlink");
    let nowhere = sandbox.post(&path).send().await.unwrap();
    assert_eq!(nowhere.status(), 502);
    let closed = json!({"url": "http://127.0.0.1:9/hook"});
    assert_eq!(
        sandbox
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
async fn a_status_event_is_signed_and_may_repeat_its_jti_or_have_a_wrong_audience() {
    let sandbox = TestSandbox::start().await;
    let mut claims = Vec::new();
    for wrong_aud in [false, true] {
        let (url, received) = receiver(202).await;
        let body = json!({"url": url, "event": "oauth/event-type/user-unlinked",
            "reason": "UNLINK_FROM_APPS", "jti": "same", "wrong_aud": wrong_aud});
        let sent = sandbox
            .admin(Method::POST, "/sandbox/people/3000000001/events", body)
            .await;
        assert_eq!(sent["status"], 202);
        let request = received.await.unwrap();
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
    assert_eq!(claims[0]["aud"], sandbox.settings.rest_key);
    assert_ne!(claims[1]["aud"], claims[0]["aud"]);
    assert_eq!(claims[0]["jti"], claims[1]["jti"]);
    let uri = "https://schemas.openid.net/secevent/oauth/event-type/user-unlinked";
    assert_eq!(claims[0]["events"][uri]["reason"], "UNLINK_FROM_APPS");
    assert_eq!(claims[0]["events"][uri]["subject"]["sub"], "3000000001");
}
