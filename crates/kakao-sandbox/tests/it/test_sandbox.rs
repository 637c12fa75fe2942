//! The stage of every test: a running sandbox, a browser that follows no redirect, and the calls
//! of a well-behaved client.

use std::net::SocketAddr;

use kakao_sandbox::{Sandbox, Settings, start};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};

/// Where the imagined service lives; nothing listens there.
pub const REDIRECT: &str = "http://127.0.0.1:9/login/callback";

/// A sandbox and a client for it.
pub struct Stage {
    pub sandbox: Sandbox,
    pub settings: Settings,
    pub http: Client,
}

impl Stage {
    pub async fn open() -> Self {
        Self::with(Settings::default()).await
    }

    pub async fn with(settings: Settings) -> Self {
        let free: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        let sandbox = start(free, settings.clone()).await.expect("a sandbox");
        Self {
            sandbox,
            settings,
            http: browser(),
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.sandbox.url())
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url(path))
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(self.url(path))
    }

    /// An admin call that must succeed.
    pub async fn admin(&self, method: Method, path: &str, body: Value) -> Value {
        let sent = self
            .http
            .request(method, self.url(path))
            .json(&body)
            .send()
            .await;
        let response = sent.expect("an answer");
        assert!(
            response.status().is_success(),
            "{path}: {}",
            response.status()
        );
        response.json().await.expect("JSON")
    }

    pub async fn fault(&self, rule: Value) {
        self.admin(Method::PUT, "/sandbox/faults", rule).await;
    }

    pub async fn clock(&self, offset_seconds: i64) {
        let body = json!({"offset_seconds": offset_seconds});
        self.admin(Method::PUT, "/sandbox/clock", body).await;
    }

    /// A KakaoPay call with the right key.
    pub fn pay_call(&self, call: &str, body: &Value) -> RequestBuilder {
        let key = format!("SECRET_KEY {}", self.settings.pay_secret_key);
        self.post(&format!("/online/v1/payment/{call}"))
            .header("Authorization", key)
            .json(body)
    }

    /// Status and body of a KakaoPay call.
    pub async fn pay(&self, call: &str, body: &Value) -> (u16, Value) {
        facts(self.pay_call(call, body).send().await.expect("an answer")).await
    }

    /// A ready call's body for `total` won.
    pub fn order(&self, total: i64) -> Value {
        json!({
            "cid": self.settings.cid, "partner_order_id": "ord-1", "partner_user_id": "usr-1",
            "item_name": "기획 후원", "quantity": 1, "total_amount": total, "tax_free_amount": 0,
            "approval_url": "http://127.0.0.1:9/pay/approve?ref=r1",
            "cancel_url": "http://127.0.0.1:9/pay/cancel?ref=r1",
            "fail_url": "http://127.0.0.1:9/pay/fail?ref=r1",
        })
    }

    /// The tid of a payment that is ready.
    pub async fn ready(&self, total: i64) -> String {
        let (status, body) = self.pay("ready", &self.order(total)).await;
        assert_eq!(status, 200, "{body}");
        body["tid"].as_str().expect("a tid").to_owned()
    }

    /// The body of the right approve call, after the payer has paid.
    pub async fn authenticated(&self, total: i64) -> Value {
        let tid = self.ready(total).await;
        let path = format!("/sandbox/payments/{tid}/pay");
        let pressed = self.admin(Method::POST, &path, json!({})).await;
        let location = pressed["location"].as_str().expect("an address");
        let (_, token) = location.split_once("pg_token=").expect("a token");
        json!({"cid": self.settings.cid, "tid": tid, "partner_order_id": "ord-1",
            "partner_user_id": "usr-1", "pg_token": token, "total_amount": total})
    }

    /// The tid of an approved payment.
    pub async fn approved(&self, total: i64) -> String {
        let approve = self.authenticated(total).await;
        let (status, body) = self.pay("approve", &approve).await;
        assert_eq!(status, 200, "{body}");
        text(&approve, "tid")
    }

    pub async fn look_up(&self, tid: &str) -> Value {
        let (status, body) = self
            .pay("order", &json!({"cid": self.settings.cid, "tid": tid}))
            .await;
        assert_eq!(status, 200, "{body}");
        body
    }

    pub fn refund(&self, tid: &str, amount: i64, left: i64) -> Value {
        json!({"cid": self.settings.cid, "tid": tid, "cancel_amount": amount,
            "cancel_tax_free_amount": 0, "cancel_available_amount": left})
    }

    /// What the sandbox itself knows about a payment.
    pub async fn booked(&self, tid: &str) -> Value {
        self.admin(Method::GET, &format!("/sandbox/payments/{tid}"), json!({}))
            .await
    }

    /// A linked person made by `POST /sandbox/people`: id and access token.
    pub async fn person(&self, body: Value) -> (i64, String) {
        let made = self.admin(Method::POST, "/sandbox/people", body).await;
        (
            made["id"].as_i64().expect("an id"),
            text(&made, "access_token"),
        )
    }

    /// Parameters of an authorize request, with `more` behind.
    pub fn authorize(&self, more: &[(&str, &str)]) -> Vec<(String, String)> {
        let key = self.settings.rest_key.as_str();
        [
            ("client_id", key),
            ("redirect_uri", REDIRECT),
            ("response_type", "code"),
        ]
        .iter()
        .chain(more)
        .map(|&(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
    }

    /// The code that `person` brings back after agreeing to everything.
    pub async fn code(&self, person: i64, more: &[(&str, &str)]) -> String {
        let mut form = self.authorize(more);
        form.push(("person".into(), person.to_string()));
        form.push(("decision".into(), "all".into()));
        let response = self
            .post("/sandbox/consent")
            .form(&form)
            .send()
            .await
            .expect("an answer");
        let location = location(&response);
        let query = location.split_once("code=").expect("a code").1;
        query.split('&').next().expect("a code").to_owned()
    }

    /// Status and body of a token call.
    pub async fn token(&self, form: &[(&str, &str)]) -> (u16, Value) {
        let sent = self.post("/oauth/token").form(form).send().await;
        facts(sent.expect("an answer")).await
    }

    /// The form that redeems `code`.
    pub fn redeem<'a>(&'a self, code: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("grant_type", "authorization_code"),
            ("client_id", &self.settings.rest_key),
            ("client_secret", &self.settings.client_secret),
            ("redirect_uri", REDIRECT),
            ("code", code),
        ]
    }

    /// Status and body of a GET with a bearer token.
    pub async fn with_token(&self, path: &str, token: &str) -> (u16, Value) {
        let sent = self.get(path).bearer_auth(token).send().await;
        facts(sent.expect("an answer")).await
    }
}

/// A client that neither follows redirects nor trusts any certificate.
pub fn browser() -> Client {
    let provider = rustls::crypto::ring::default_provider();
    let tls = ClientConfig::builder_with_provider(provider.into())
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(Policy::none())
        .no_proxy()
        .build()
        .expect("a client")
}

pub async fn facts(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    (status, response.json().await.expect("JSON"))
}

pub fn location(response: &Response) -> String {
    let header = response.headers().get("location").expect("a redirect");
    header.to_str().expect("plain text").to_owned()
}

pub fn text(body: &Value, field: &str) -> String {
    body[field].as_str().expect("a text field").to_owned()
}
