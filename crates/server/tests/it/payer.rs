//! A payment from the payer's side: the client's requests, the buttons on KakaoPay's page, the return URLs.
//! Also compares our records with KakaoPay's.

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

use crate::app::{Answer, App, Member, send};

/// The body of a support of this funding, as the app sends it.
pub fn support_body(funding: &Value, amount: i64, message: &str) -> Value {
    json!({"amount": amount, "message": message, "funding": funding["id"].to_string()})
}

/// A payment after `ready`.
#[derive(Clone)]
pub struct Payment {
    pub member: Member,
    pub order: String,
    pub tid: String,
}

/// The parameters with which the browser returns from KakaoPay.
#[derive(Clone)]
pub struct Proof {
    /// The value of `pg_token`.
    pub token: String,
    /// Path and query of the return URL, including the token.
    pub path: String,
}

impl Payment {
    /// Starts a payment as the app does: a form with only the amount.
    pub async fn begin(app: &App, member: &Member, amount: i64) -> Self {
        let fields = [("amount", amount.to_string())];
        let call = member.call(Method::POST, "/remit/kakaopay/ready");
        Self::of(app, member, &send(call.form(&fields)).await).await
    }

    /// Starts a payment for a support, which the approval itself creates.
    pub async fn begin_for(app: &App, member: &Member, support: &Value) -> Self {
        let answer = member
            .json(Method::POST, "/remit/kakaopay/ready", support.clone())
            .await;
        Self::of(app, member, &answer).await
    }

    async fn of(app: &App, member: &Member, ready: &Answer) -> Self {
        assert_eq!(ready.status, StatusCode::OK, "{ready:?}");
        let order = ready.json()["order"].as_str().unwrap().to_owned();
        Self::find(app, member, order).await
    }

    /// The payment with this order reference, which KakaoPay knows.
    pub async fn find(app: &App, member: &Member, order: String) -> Self {
        let entry = app
            .kakaopay_payments()
            .await
            .into_iter()
            .find(|entry| entry["partner_order_id"] == order.as_str());
        let tid = entry.unwrap()["tid"].as_str().unwrap().to_owned();
        Self {
            member: member.clone(),
            order,
            tid,
        }
    }

    /// Presses `button` (`pay`, `cancel`, `fail`) on KakaoPay's page; returns the path of the redirect.
    pub async fn press_button(&self, app: &App, button: &str) -> String {
        let path = format!("/sandbox/payments/{}/{button}", self.tid);
        let response = app.sandbox(Method::POST, &path, Value::Null).await;
        let location = response["location"].as_str().unwrap();
        let after_scheme = location.split_once("://").unwrap().1;
        after_scheme[after_scheme.find('/').unwrap()..].to_owned()
    }

    /// Pays on KakaoPay's page.
    pub async fn pay(&self, app: &App) -> Proof {
        let path = self.press_button(app, "pay").await;
        let token = path.split_once("pg_token=").unwrap().1.to_owned();
        Proof { token, path }
    }

    /// Pays on KakaoPay's page and approves the payment.
    pub async fn pay_and_approve(&self, app: &App) {
        let proof = self.pay(app).await;
        let answer = self.approve(&proof.token).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }

    /// `POST /remit/kakaopay/approve`, as the app sends it.
    pub async fn approve(&self, token: &str) -> Answer {
        let fields = [("pg_token", token)];
        self.member
            .form(Method::POST, "/remit/kakaopay/approve", &fields)
            .await
    }

    /// KakaoPay's record of the payment.
    pub async fn kakaopay_record(&self, app: &App) -> Value {
        let path = format!("/sandbox/payments/{}", self.tid);
        app.sandbox(Method::GET, &path, Value::Null).await
    }

    /// The payment as our API returns it to the payer.
    pub async fn record(&self, app: &App) -> Value {
        let own = payments_of(app, &self.member).await;
        let ours = own.into_iter().find(|own| own["order"] == *self.order);
        ours.unwrap()
    }

    /// The payment's state as our API returns it to the payer.
    pub async fn state(&self, app: &App) -> String {
        self.record(app).await["state"].as_str().unwrap().to_owned()
    }

    /// Checks that KakaoPay charged once and refunded this amount, in won.
    pub async fn assert_charged_once(&self, app: &App, refunded: i64) {
        let entry = self.kakaopay_record(app).await;
        assert_eq!(entry["approvals"], 1, "{entry}");
        assert_eq!(entry["canceled"], refunded, "{entry}");
    }

    /// Checks that KakaoPay did not charge.
    pub async fn assert_never_charged(&self, app: &App) {
        let entry = self.kakaopay_record(app).await;
        assert_eq!(entry["approvals"], 0, "{entry}");
    }

    /// Injects a fault into the next `times` calls `call` of KakaoPay about this payment.
    pub async fn inject_fault(&self, app: &App, call: &str, fault: &str, times: u32) {
        let rule =
            json!({"scope": {"tid": self.tid}, "call": call, "fault": fault, "times": times});
        app.sandbox(Method::PUT, "/sandbox/faults", rule).await;
    }
}

impl Payment {
    /// Captures the money as our own approval would have, without telling us.
    pub async fn capture_at_kakaopay(&self, app: &App, token: &str) -> Answer {
        send(self.capture_request(app, token).await).await
    }

    /// The request of [`Payment::capture_at_kakaopay`].
    pub async fn capture_request(&self, app: &App, token: &str) -> RequestBuilder {
        let entry = self.kakaopay_record(app).await;
        let body = json!({"cid": entry["cid"], "tid": self.tid, "pg_token": token,
            "partner_order_id": self.order, "partner_user_id": entry["partner_user_id"]});
        kakaopay_request(app, "approve", &body)
    }

    /// Refunds at KakaoPay directly, as an operator could in its console. `left` is what can be refunded before, in won.
    pub async fn refund_at_kakaopay(&self, app: &App, amount: i64, left: i64) {
        let answer = send(self.console_request(app, amount, left).await).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    }

    /// The request of [`Payment::refund_at_kakaopay`].
    pub async fn console_request(&self, app: &App, amount: i64, left: i64) -> RequestBuilder {
        let cid = &self.kakaopay_record(app).await["cid"];
        let body = json!({"cid": cid, "tid": self.tid, "cancel_amount": amount,
            "cancel_tax_free_amount": amount, "cancel_available_amount": left});
        kakaopay_request(app, "cancel", &body)
    }
}

fn kakaopay_request(app: &App, call: &str, body: &Value) -> RequestBuilder {
    let key = kakao_sandbox::Settings::default().pay_secret_key;
    let url = format!("{}/online/v1/payment/{call}", app.kakao);
    let call = app.http.post(url).json(body);
    call.header("Authorization", format!("SECRET_KEY {key}"))
}

/// Calls that [`Payment::count_calls`] can count: a fault rule counts them down.
const COUNTED_MAX: u64 = 1_000;

impl Payment {
    /// Counts KakaoPay's `call` for this payment from now on, and delays each of its responses by 200 ms.
    pub async fn count_calls(&self, app: &App, call: &str) {
        let rule = json!({"scope": {"tid": self.tid}, "call": call, "fault": "delay",
            "delay_ms": 200, "times": COUNTED_MAX});
        app.sandbox(Method::PUT, "/sandbox/faults", rule).await;
    }

    /// How often KakaoPay received `call` since [`Payment::count_calls`].
    pub async fn calls(&self, app: &App, call: &str) -> u64 {
        let rules = app
            .sandbox(Method::GET, "/sandbox/faults", Value::Null)
            .await;
        let rules = rules["faults"].as_array().unwrap();
        let ours = rules
            .iter()
            .find(|rule| rule["scope"]["tid"] == *self.tid && rule["call"] == call);
        COUNTED_MAX - ours.unwrap()["times"].as_u64().unwrap()
    }
}

/// Sets both clocks: the program's and KakaoPay's.
pub async fn move_clocks(app: &App, offset_seconds: i64) {
    let body = json!({ "offset_seconds": offset_seconds });
    app.sandbox(Method::PUT, "/sandbox/clock", body).await;
    app.move_clock(offset_seconds).await;
}

/// The text of a page that must be served, such as a return page.
pub async fn page(app: &App, path: &str) -> String {
    let answer = send(app.visitor(Method::GET, path)).await;
    assert_eq!(answer.status, StatusCode::OK, "{path}: {answer:?}");
    answer.text
}

/// The collected amount of a funding, as its author sees it, in won.
pub async fn total(author: &Member, funding: &Value) -> i64 {
    let path = format!("/funding/?id={}", funding["id"]);
    author.get(&path).await["current_amount"].as_i64().unwrap()
}

/// All payments of a member, as our API returns them.
pub async fn payments_of(app: &App, member: &Member) -> Vec<Value> {
    let member = app.reconnect(member);
    let mut all = Vec::new();
    for page in 1.. {
        let path = format!("/remit/kakaopay/payments?page={page}");
        let answer = send(member.call(Method::GET, &path)).await;
        if answer.status == StatusCode::NO_CONTENT {
            break;
        }
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        all.extend(answer.json().as_array().unwrap().clone());
    }
    all
}

/// Compares these members' payments with KakaoPay's records: none is charged twice, and the charged amounts are
/// equal. Requires that all payments are settled. Returns our records.
pub async fn assert_records_match(app: &App, members: &[Member]) -> Vec<Value> {
    let theirs = app.kakaopay_payments().await;
    let mut ours = Vec::new();
    for member in members {
        ours.extend(payments_of(app, member).await);
    }
    for entry in &theirs {
        assert!(entry["approvals"].as_i64().unwrap() <= 1, "{entry}");
    }
    for own in &ours {
        let entry = theirs
            .iter()
            .find(|entry| entry["partner_order_id"] == own["order"]);
        let held = entry.map_or(0, |entry| {
            entry["approvals"].as_i64().unwrap() * entry["total"].as_i64().unwrap()
                - entry["canceled"].as_i64().unwrap()
        });
        let taken = match own["state"].as_str().unwrap() {
            "approved" | "attached" | "refunded" | "partly_refunded" => own["amount"].as_i64(),
            "failed" | "expired" | "cancelled" | "ready" | "created" => Some(0),
            unsettled => panic!("{unsettled}: {own}"),
        };
        let expected = taken.unwrap() - own["refunded_amount"].as_i64().unwrap();
        assert_eq!(held, expected, "{own}\n{entry:?}");
    }
    ours
}
