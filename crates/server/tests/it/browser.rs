//! A browser with a push subscription, and its push service.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hkdf::Hkdf;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::{PublicKey, SecretKey};
use reqwest::{Method, StatusCode};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::app::{Answer, Member, send};
use crate::visitor::Visitor;

const AUTH: [u8; 16] = *b"sixteen bytes ok";

/// A browser with its own subscription keys.
pub struct Browser {
    endpoint: String,
    secret: SecretKey,
    status: Arc<AtomicU16>,
    messages: UnboundedReceiver<Bytes>,
}

#[derive(Clone)]
struct PushService {
    status: Arc<AtomicU16>,
    messages: UnboundedSender<Bytes>,
}

async fn receive(State(service): State<PushService>, body: Bytes) -> StatusCode {
    service.messages.send(body).unwrap();
    StatusCode::from_u16(service.status.load(Ordering::SeqCst)).unwrap()
}

impl Browser {
    /// A browser whose push service accepts every message.
    pub async fn new() -> Self {
        let (sender, messages) = unbounded_channel();
        let status = Arc::new(AtomicU16::new(201));
        let service = PushService {
            status: Arc::clone(&status),
            messages: sender,
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}/wake", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/wake", post(receive))
            .with_state(service);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            endpoint,
            secret: SecretKey::from_slice(&[7; 32]).unwrap(),
            status,
            messages,
        }
    }

    /// Sets the status that the push service responds with.
    pub fn set_push_status(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// The subscription as the script sends it.
    pub fn subscription(&self) -> Value {
        json!({
            "endpoint": self.endpoint,
            "p256dh": BASE64.encode(point(&self.secret.public_key())),
            "auth": BASE64.encode(AUTH),
        })
    }

    /// Subscribes to the notifications of `member`.
    pub async fn subscribes(&self, member: &Member) {
        let token = Visitor::of(member).csrf().await;
        let answer = subscribe(member, &token, &self.subscription()).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{answer:?}");
    }

    /// The next push message, decrypted.
    pub async fn next_message(&mut self) -> Value {
        let next = tokio::time::timeout(Duration::from_secs(20), self.messages.recv());
        let body = next.await.expect("a message in time").unwrap();
        self.decrypt(&body)
    }

    /// The title of the next push message.
    pub async fn next_title(&mut self) -> String {
        self.next_message().await["title"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Whether there are no unread messages.
    pub fn has_no_messages(&self) -> bool {
        self.messages.is_empty()
    }

    /// The receiving side of RFC 8291.
    fn decrypt(&self, body: &[u8]) -> Value {
        let (salt, theirs, record) = (&body[..16], &body[21..86], &body[86..]);
        let theirs = PublicKey::from_sec1_bytes(theirs).unwrap();
        let secret = self.secret.to_nonzero_scalar();
        let shared = p256::ecdh::diffie_hellman(secret, theirs.as_affine());
        let own = point(&self.secret.public_key());
        let info = [b"WebPush: info\0".as_slice(), &own, &body[21..86]].concat();
        let input: [u8; 32] = expand(&AUTH, shared.raw_secret_bytes(), &info);
        let key: [u8; 16] = expand(salt, &input, b"Content-Encoding: aes128gcm\0");
        let nonce: [u8; 12] = expand(salt, &input, b"Content-Encoding: nonce\0");
        let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key).unwrap());
        let nonce = Nonce::assume_unique_for_key(nonce);
        let mut record = record.to_vec();
        let plain = key.open_in_place(nonce, Aad::empty(), &mut record).unwrap();
        let (last, text) = plain.split_last().unwrap();
        assert_eq!(*last, 2, "the last record");
        serde_json::from_slice(text).unwrap()
    }
}

fn expand<const N: usize>(salt: &[u8], input: &[u8], info: &[u8]) -> [u8; N] {
    let mut output = [0; N];
    let hkdf = Hkdf::<Sha256>::new(Some(salt), input);
    hkdf.expand(info, &mut output).unwrap();
    output
}

fn point(key: &PublicKey) -> Vec<u8> {
    key.to_encoded_point(false).as_bytes().to_vec()
}

/// Sends a subscription as the script of the settings page does.
pub async fn subscribe(member: &Member, token: &str, subscription: &Value) -> Answer {
    let call = Visitor::of(member).call(Method::POST, "/settings/push");
    send(call.header("x-csrf-token", token).json(subscription)).await
}
