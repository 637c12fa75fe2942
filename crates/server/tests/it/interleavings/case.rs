//! One test case: its own members and fundings, and events that are applied until all payments are settled.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::event::{Event, FAULTS, FUNDINGS, PAYERS};
use crate::app::{Answer, App, Member, send, seoul_time_in};
use crate::payer::{
    Payment, Proof, assert_records_match, move_clocks, payments_of, support_body, total,
};
use crate::visitor::Visitor;

const DAY: i64 = 86_400;

/// The members and fundings of one case, and its state so far.
pub struct Case<'a> {
    app: &'a mut App,
    /// Seconds by which both clocks are ahead of the system clock.
    clock: &'a mut i64,
    author: Member,
    payers: Vec<Member>,
    fundings: Vec<Value>,
    payments: Vec<(Payment, i64, Option<Proof>)>,
    supports: Vec<Vec<i64>>,
    deleted: bool,
    /// Which account at KakaoPay takes new payments.
    account: usize,
    /// Orders of which a part was refunded in KakaoPay's console: nobody tells us, the audit finds them.
    at_console: Vec<String>,
}

impl<'a> Case<'a> {
    pub async fn begin(app: &'a mut App, clock: &'a mut i64) -> Self {
        let author = app.member("하늘").await;
        let mut payers = Vec::new();
        for _ in 0..PAYERS {
            payers.push(app.member("친구").await);
        }
        let deadline = seoul_time_in(*clock + 30 * DAY);
        let mut fundings = Vec::new();
        for _ in 0..FUNDINGS {
            fundings.push(author.opens_until("자전거", true, &deadline).await);
        }
        Self {
            app,
            clock,
            author,
            payers,
            fundings,
            payments: Vec::new(),
            supports: vec![Vec::new(); PAYERS],
            deleted: false,
            account: 0,
            at_console: Vec::new(),
        }
    }

    /// Maps any number to the index of an existing payment.
    fn payment_index(&self, number: usize) -> Option<usize> {
        (!self.payments.is_empty()).then(|| number % self.payments.len())
    }

    pub async fn apply(&mut self, event: &Event) {
        match *event {
            Event::Ready {
                payer,
                funding,
                thousands,
            } => self.ready(payer, funding, thousands).await,
            Event::TakeBack { payer } => self.take_back(payer).await,
            Event::Delete { funding } => {
                let id = self.fundings[funding]["id"].to_string();
                let author = self.app.reconnect(&self.author);
                author
                    .form(Method::DELETE, "/funding/", &[("id", &id)])
                    .await;
                self.deleted = true;
            }
            Event::Wait { seconds } => self.wait(seconds).await,
            Event::Crash => {
                self.app.kill().await;
                self.app.restart().await;
                self.app.move_clock(*self.clock).await;
            }
            Event::OtherAccount => self.change_account().await,
            Event::ClockJump => {
                self.app.move_clock(*self.clock + 1_200).await;
                self.app.command(&["payment", "list"]).await;
                self.app.move_clock(*self.clock).await;
            }
            Event::Form {
                payer,
                funding,
                thousands,
                form,
            } => self.send_form(payer, funding, thousands, form).await,
            Event::Pay { payment }
            | Event::Stop { payment, .. }
            | Event::Approve { payment }
            | Event::ApproveTwice { payment }
            | Event::Cancel { payment }
            | Event::Attach { payment, .. }
            | Event::Capture { payment }
            | Event::Console { payment, .. }
            | Event::Fault { payment, .. } => {
                if let Some(index) = self.payment_index(payment) {
                    self.apply_to_payment(index, event).await;
                }
            }
        }
    }

    async fn apply_to_payment(&mut self, index: usize, event: &Event) {
        let (payment, amount, proof) = self.payments[index].clone();
        let payment = Payment {
            member: self.app.reconnect(&payment.member),
            ..payment
        };
        match *event {
            Event::Pay { .. } => {
                self.payments[index].2 = press_pay(self.app, &payment).await.or(proof);
            }
            Event::Stop { button, .. } => {
                let url = format!(
                    "{}/sandbox/payments/{}/{button}",
                    self.app.kakao, payment.tid
                );
                send(self.app.http.post(url)).await;
            }
            Event::Approve { .. } => {
                let token = proof.map_or("not-paid-yet".to_owned(), |proof| proof.token);
                assert_no_failure(&payment.approve(&token).await);
            }
            Event::ApproveTwice { .. } => {
                let Some(proof) = proof else { return };
                let page = send(self.app.visitor(Method::GET, &proof.path));
                let (page, approved) = tokio::join!(page, payment.approve(&proof.token));
                assert_eq!(page.status, StatusCode::OK, "{page:?}");
                assert_no_failure(&approved);
            }
            Event::Cancel { .. } => {
                let path = format!("/remit/kakaopay/cancelled/{}", payment.order);
                let page = send(self.app.visitor(Method::GET, &path)).await;
                assert_eq!(page.status, StatusCode::OK, "{page:?}");
            }
            Event::Attach { funding, .. } => self.attach(&payment, amount, funding).await,
            Event::Capture { .. } => {
                if let Some(proof) = proof {
                    // It may meet a fault, too, or be too late.
                    let request = payment.capture_request(self.app, &proof.token).await;
                    drop(request.send().await);
                }
            }
            Event::Console { thousands, .. } => {
                let entry = payment.kakaopay_record(self.app).await;
                let left = entry["approvals"].as_i64().unwrap() * amount
                    - entry["canceled"].as_i64().unwrap();
                let part = thousands * 1_000;
                if part <= left {
                    self.at_console.push(payment.order.clone());
                    let request = payment.console_request(self.app, part, left).await;
                    drop(request.send().await);
                }
            }
            Event::Fault { call, fault, .. } => {
                payment.inject_fault(self.app, call, FAULTS[fault], 1).await;
            }
            _ => {}
        }
    }

    async fn ready(&mut self, payer: usize, funding: Option<usize>, thousands: i64) {
        let member = self.app.reconnect(&self.payers[payer]);
        let amount = thousands * 1_000;
        let payment = match funding {
            None => Payment::begin(self.app, &member, amount).await,
            Some(_) if self.deleted => return,
            Some(funding) => {
                let support = support_body(&self.fundings[funding], amount, "축하해");
                Payment::begin_for(self.app, &member, &support).await
            }
        };
        self.payments.push((payment, amount, None));
    }

    async fn change_account(&mut self) {
        let accounts = ["TC0ONETIME", "TC0SECOND0"];
        self.account = 1 - self.account;
        let settings = [
            ("FUNSUN_KAKAOPAY_CID", accounts[self.account]),
            (
                "FUNSUN_KAKAOPAY_FORMER_ACCOUNTS",
                accounts[1 - self.account],
            ),
        ];
        self.app.kill().await;
        self.app.restart_with(&settings).await;
        self.app.move_clock(*self.clock).await;
    }

    /// A form leads to an order with its own content, whatever it was sent with before.
    async fn send_form(&mut self, payer: usize, funding: usize, thousands: i64, form: usize) {
        let member = self.app.reconnect(&self.payers[payer]);
        let path = format!("/fundings/{}/support", self.fundings[funding]["id"]);
        let (amount, key) = (thousands * 1_000, format!("{form}{}", "x".repeat(42)));
        let fields = [
            ("amount", amount.to_string()),
            ("message", "축하해".to_owned()),
            ("attempt", key),
        ];
        let fields = fields.each_ref().map(|(name, text)| (*name, text.as_str()));
        let answer = Visitor::of(&member).post(&path, &fields).await;
        assert_no_failure(&answer);
        let location = answer
            .headers
            .get("location")
            .and_then(|it| it.to_str().ok());
        let Some(order) = location.and_then(|it| it.strip_prefix("/payments/")) else {
            return;
        };
        let order = order.trim_end_matches("/go").to_owned();
        let payment = Payment::find(self.app, &member, order).await;
        let entry = payment.kakaopay_record(self.app).await;
        assert_eq!(entry["total"], amount, "{entry}");
        if !self
            .payments
            .iter()
            .any(|(known, ..)| known.order == payment.order)
        {
            self.payments.push((payment, amount, None));
        }
    }

    async fn attach(&mut self, payment: &Payment, amount: i64, funding: usize) {
        let support = support_body(&self.fundings[funding], amount, "축하해");
        let answer = payment.member.json(Method::POST, "/remit/", support).await;
        assert_no_failure(&answer);
        if answer.status == StatusCode::CREATED {
            let payer = self
                .payers
                .iter()
                .position(|payer| payer.id == payment.member.id);
            self.supports[payer.unwrap()].push(answer.json()["id"].as_i64().unwrap());
        }
    }

    async fn take_back(&mut self, payer: usize) {
        if let Some(id) = self.supports[payer].pop() {
            let member = self.app.reconnect(&self.payers[payer]);
            let answer = member
                .form(Method::DELETE, "/remit/", &[("id", &id.to_string())])
                .await;
            assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        }
    }

    async fn wait(&mut self, seconds: i64) {
        *self.clock += seconds;
        move_clocks(self.app, *self.clock).await;
    }

    /// Removes all faults, waits until all payments are settled, and checks the records.
    pub async fn finish(mut self) {
        self.app
            .sandbox(Method::DELETE, "/sandbox/faults", Value::Null)
            .await;
        for order in &self.at_console {
            self.app
                .command(&["payment", "resolve", order, "retry"])
                .await;
        }
        for pause in 0.. {
            assert!(pause < 20, "a payment never comes to rest");
            self.wait(1_801).await;
            self.resolve_all().await;
            if self.is_settled().await {
                break;
            }
        }
        // Closed orders are looked up again, the last time after a day.
        self.wait(90_000).await;
        self.app.assert_books_balance_soon().await;
        let ours = assert_records_match(self.app, &self.payers).await;
        assert_eq!(ours.len(), self.payments.len(), "no payment is lost");
        let author = self.app.reconnect(&self.author);
        for funding in &self.fundings {
            let path = format!("/funding/?id={}", funding["id"]);
            if author.status(&path).await == 204 {
                continue;
            }
            let attached = ours
                .iter()
                .filter(|own| {
                    ["attached", "partly_refunded"].contains(&own["state"].as_str().unwrap())
                })
                .filter(|own| own["funding"] == funding["id"]);
            let held = |own: &Value| {
                own["amount"].as_i64().unwrap() - own["refunded_amount"].as_i64().unwrap()
            };
            let sum: i64 = attached.map(held).sum();
            assert_eq!(total(&author, funding).await, sum);
        }
    }

    /// Resolves what needs a person: the provider is asked again.
    async fn resolve_all(&self) {
        let (code, text) = self
            .app
            .command(&["payment", "list", "--needs-review"])
            .await;
        assert_eq!(code, 0, "{text}");
        for line in text.lines().skip(1) {
            let order = line.split_whitespace().next().unwrap();
            self.app
                .command(&["payment", "resolve", order, "retry"])
                .await;
        }
    }

    async fn is_settled(&self) -> bool {
        let unsettled = ["created", "ready", "approving", "approved", "refunding"];
        for payer in &self.payers {
            for own in payments_of(self.app, payer).await {
                if unsettled.contains(&own["state"].as_str().unwrap()) {
                    return false;
                }
            }
        }
        true
    }
}

/// `None` when the payment is finished for the payer.
async fn press_pay(app: &App, payment: &Payment) -> Option<Proof> {
    let url = format!("{}/sandbox/payments/{}/pay", app.kakao, payment.tid);
    let pressed = send(app.http.post(url).json(&json!({}))).await;
    if pressed.status != StatusCode::OK {
        return None;
    }
    let location = pressed.json()["location"].as_str()?.to_owned();
    let token = location.split_once("pg_token=")?.1.to_owned();
    let path = format!("/remit/kakaopay/return/{}?pg_token={token}", payment.order);
    Some(Proof { token, path })
}

fn assert_no_failure(answer: &Answer) {
    assert!(!answer.status.is_server_error(), "{answer:?}");
}
