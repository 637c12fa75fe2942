//! The fixture of every test: a running sandbox, an HTTP client that follows no redirect, and the
//! calls of a correct client.

use std::net::SocketAddr;

use kakao_sandbox::{Sandbox, Settings, start};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, Response};
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};

/// Redirect URI of a fictional service; nothing listens there.
pub const REDIRECT: &str = "http://127.0.0.1:9/login/callback";

/// A running sandbox and a client for it.
pub struct TestSandbox {
    pub inner: Sandbox,
    pub settings: Settings,
    pub http: Client,
}

impl TestSandbox {
    pub async fn start() -> Self {
        Self::with(Settings::default()).await
    }

    pub async fn with(settings: Settings) -> Self {
        let free: SocketAddr = "127.0.0.1:0".parse().expect("an address");
        let sandbox = start(free, settings.clone()).await.expect("a sandbox");
        Self {
            inner: sandbox,
            settings,
            http: browser(),
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.inner.url())
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(self.url(path))
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(self.url(path))
    }

    /// Calls an admin endpoint and expects success.
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

    pub async fn set_fault(&self, rule: Value) {
        self.admin(Method::PUT, "/sandbox/faults", rule).await;
    }

    pub async fn set_clock(&self, offset_seconds: i64) {
        let body = json!({"offset_seconds": offset_seconds});
        self.admin(Method::PUT, "/sandbox/clock", body).await;
    }

    /// A KakaoPay request with the right key.
    pub fn pay_call(&self, call: &str, body: &Value) -> RequestBuilder {
        let key = format!("SECRET_KEY {}", self.settings.pay_secret_key);
        self.post(&format!("/online/v1/payment/{call}"))
            .header("Authorization", key)
            .json(body)
    }

    /// Sends a KakaoPay request; returns status and body.
    pub async fn pay(&self, call: &str, body: &Value) -> (u16, Value) {
        status_and_json(self.pay_call(call, body).send().await.expect("an answer")).await
    }

    /// The body of a ready call for `total` won.
    pub fn ready_body(&self, total: i64) -> Value {
        json!({
            "cid": self.settings.cid, "partner_order_id": "ord-1", "partner_user_id": "usr-1",
            "item_name": "기획 후원", "quantity": 1, "total_amount": total, "tax_free_amount": 0,
            "approval_url": "http://127.0.0.1:9/pay/approve?ref=r1",
            "cancel_url": "http://127.0.0.1:9/pay/cancel?ref=r1",
            "fail_url": "http://127.0.0.1:9/pay/fail?ref=r1",
        })
    }

    /// Creates a payment; returns its tid.
    pub async fn ready_payment(&self, total: i64) -> String {
        self.ready_payment_of(&self.ready_body(total)).await
    }

    async fn ready_payment_of(&self, ready: &Value) -> String {
        let (status, body) = self.pay("ready", ready).await;
        assert_eq!(status, 200, "{body}");
        body["tid"].as_str().expect("a tid").to_owned()
    }

    /// Creates a payment that the payer authenticates; returns the body of its approve call.
    pub async fn approve_body(&self, total: i64) -> Value {
        self.approve_body_of(&self.ready_body(total)).await
    }

    /// [`Self::approve_body`] for the payment of this ready call.
    pub async fn approve_body_of(&self, ready: &Value) -> Value {
        let tid = self.ready_payment_of(ready).await;
        let path = format!("/sandbox/payments/{tid}/pay");
        let submitted = self.admin(Method::POST, &path, json!({})).await;
        let location = submitted["location"].as_str().expect("an address");
        let (_, token) = location.split_once("pg_token=").expect("a token");
        json!({"cid": ready["cid"], "tid": tid, "partner_order_id": ready["partner_order_id"],
            "partner_user_id": ready["partner_user_id"], "pg_token": token,
            "total_amount": ready["total_amount"]})
    }

    /// Creates an approved payment; returns its tid.
    pub async fn approved_payment(&self, total: i64) -> String {
        let approve = self.approve_body(total).await;
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

    pub fn cancel_body(&self, tid: &str, amount: i64, left: i64) -> Value {
        json!({"cid": self.settings.cid, "tid": tid, "cancel_amount": amount,
            "cancel_tax_free_amount": 0, "cancel_available_amount": left})
    }

    /// The sandbox's own record of a payment.
    pub async fn recorded(&self, tid: &str) -> Value {
        self.admin(Method::GET, &format!("/sandbox/payments/{tid}"), json!({}))
            .await
    }

    /// Creates a linked person; returns id and access token.
    pub async fn person(&self, body: Value) -> (i64, String) {
        let made = self.admin(Method::POST, "/sandbox/people", body).await;
        (
            made["id"].as_i64().expect("an id"),
            text(&made, "access_token"),
        )
    }

    /// Parameters of an authorize request, followed by `more`.
    pub fn authorize_params(&self, more: &[(&str, &str)]) -> Vec<(String, String)> {
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

    /// The authorization code of `person` after full consent.
    pub async fn code(&self, person: i64, more: &[(&str, &str)]) -> String {
        let mut form = self.authorize_params(more);
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

    /// Calls the token endpoint; returns status and body.
    pub async fn token(&self, form: &[(&str, &str)]) -> (u16, Value) {
        let sent = self.post("/oauth/token").form(form).send().await;
        status_and_json(sent.expect("an answer")).await
    }

    /// The form that redeems `code`.
    pub fn redeem_form<'a>(&'a self, code: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![
            ("grant_type", "authorization_code"),
            ("client_id", &self.settings.rest_key),
            ("client_secret", &self.settings.client_secret),
            ("redirect_uri", REDIRECT),
            ("code", code),
        ]
    }

    /// GET with a bearer token; returns status and body.
    pub async fn get_with_token(&self, path: &str, token: &str) -> (u16, Value) {
        let sent = self.get(path).bearer_auth(token).send().await;
        status_and_json(sent.expect("an answer")).await
    }
}

/// An HTTP client that follows no redirects and trusts no certificate.
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

pub async fn status_and_json(response: Response) -> (u16, Value) {
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
