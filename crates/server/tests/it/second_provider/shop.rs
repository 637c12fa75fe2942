//! The service with the second provider, a member who pays, and a funding.

use funsun::cli::embedded::{self, Embedded};
use kakao_sandbox::{Sandbox, Settings};
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::process::Command;

use super::toss::Toss;
use crate::app::{Answer, App, Member, eventually, send};

/// A running service whose new payments go to the second provider.
pub struct Shop {
    pub toss: Toss,
    pub author: Member,
    pub friend: Member,
    pub funding: Value,
    pub url: String,
    settings: Vec<(String, String)>,
    http: Client,
    _service: Embedded,
    _dir: TempDir,
    _sandbox: Sandbox,
}

impl Shop {
    pub async fn open() -> Self {
        let http = App::client();
        let sandbox = kakao_sandbox::start("127.0.0.1:0".parse().unwrap(), Settings::default())
            .await
            .unwrap();
        let (dir, toss) = (TempDir::new().unwrap(), Toss::default());
        let kakao = sandbox.url();
        let mut settings = App::settings_for(&kakao, dir.path());
        // The clock is moved by years.
        settings.push(("FUNSUN_ACCESS_TOKEN_SECONDS".into(), "1000000000".into()));
        settings.push(("FUNSUN_REFRESH_TOKEN_DAYS".into(), "10000".into()));
        let service = embedded::start(&settings, vec![Box::new(toss.clone())])
            .await
            .unwrap();
        let url = service.url.clone();
        let mut members = Vec::new();
        for nickname in ["하늘", "지우"] {
            let person = http
                .post(format!("{kakao}/sandbox/people"))
                .json(&json!({ "nickname": nickname }));
            let token = send(person).await.json()["access_token"]
                .as_str()
                .unwrap()
                .to_owned();
            members.push(App::log_in_at(&url, &http, &token).await);
        }
        let [author, friend] = members.try_into().ok().unwrap();
        let funding = author.opens("자전거", true).await;
        Self {
            toss,
            author,
            friend,
            funding,
            url,
            settings,
            http,
            _service: service,
            _dir: dir,
            _sandbox: sandbox,
        }
    }

    /// Prepares a support of 5,000 won; returns our order reference.
    pub async fn order(&self) -> String {
        let id = self.funding["id"].to_string();
        self.order_of(json!({"amount": 5_000, "message": "축하해", "funding": id}))
            .await
    }

    /// Prepares what this body asks for; returns our order reference.
    pub async fn order_of(&self, body: Value) -> String {
        let ready = self
            .friend
            .json(Method::POST, "/remit/kakaopay/ready", body)
            .await;
        assert_eq!(ready.status, StatusCode::OK, "{ready:?}");
        ready.json()["order"].as_str().unwrap().to_owned()
    }

    /// The payer's browser comes back with this query.
    pub async fn come_back(&self, order: &str, query: &str) -> String {
        let page = self
            .get(&format!("/remit/toss/return/{order}?{query}"))
            .await;
        assert_eq!(page.status, StatusCode::OK, "{page:?}");
        page.text
    }

    pub async fn get(&self, path: &str) -> Answer {
        send(self.http.get(format!("{}{path}", self.url))).await
    }

    /// Prepares, authenticates and confirms a payment; returns its order reference.
    pub async fn give(&self) -> String {
        let order = self.order().await;
        let query = self.toss.authenticate(&order, 5_000);
        let text = self.come_back(&order, &query).await;
        assert!(text.contains("후원이 전해졌어요"), "{text}");
        order
    }

    /// Sends a message as the provider would.
    pub async fn notify(&self, provider: &str, order: &str, forged: bool) -> StatusCode {
        let mut call = self
            .http
            .post(format!("{}/payments/notices/{provider}", self.url))
            .json(&json!({"eventType": "PAYMENT_STATUS_CHANGED", "data": {"orderId": order}}));
        if forged {
            call = call.header("x-forged", "1");
        }
        send(call).await.status
    }

    pub async fn move_clock(&self, offset_seconds: i64) {
        let call = self.http.put(format!("{}/dev/clock", self.url));
        let answer = send(call.json(&json!({ "offset_seconds": offset_seconds }))).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }

    /// Our record of an order, as the payer sees it.
    pub async fn record(&self, order: &str) -> Value {
        let mut page = 0;
        loop {
            page += 1;
            let path = format!("/remit/kakaopay/payments?page={page}");
            let listed = self.friend.get(&path).await;
            let mut listed = listed.as_array().unwrap().iter();
            if let Some(own) = listed.find(|own| own["order"] == *order) {
                return own.clone();
            }
        }
    }

    pub async fn becomes(&self, order: &str, state: &str) {
        eventually(state, async || self.record(order).await["state"] == state).await;
    }

    pub async fn total(&self) -> i64 {
        crate::payer::total(&self.author, &self.funding).await
    }

    /// What the provider has refunded of this order, in won.
    pub fn total_refunded(&self, order: &str) -> i64 {
        self.toss.record(order).refunded
    }

    /// What an operator is shown of the payment.
    pub async fn dossier(&self, order: &str) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_funsun"))
            .args(["payment", "show", order])
            .envs(self.settings.iter().cloned())
            .output()
            .await
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Waits until so many payments need a person.
    pub async fn needs_review(&self, payments: u32) {
        let line = format!("payments_needing_review {payments}");
        eventually(&line, async || {
            let text = self.get("/readyz?verbose").await.text;
            text.lines().any(|it| it == line)
        })
        .await;
    }

    pub async fn delete_funding(&self) {
        let id = self.funding["id"].to_string();
        let fields = [("id", id.as_str())];
        let answer = self.author.form(Method::DELETE, "/funding/", &fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }
}
