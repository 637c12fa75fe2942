//! One test case: its own members and fundings, and events that are applied until all payments are settled.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::event::{Event, FAULTS, FUNDINGS, PAYERS};
use crate::app::{Answer, App, Member, send, seoul_time_in};
use crate::payer::{
    Payment, Proof, assert_records_match, move_clocks, payments_of, support_body, total,
};

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
            Event::Pay { payment }
            | Event::Stop { payment, .. }
            | Event::Approve { payment }
            | Event::ApproveTwice { payment }
            | Event::Cancel { payment }
            | Event::Attach { payment, .. }
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
        for pause in 0.. {
            assert!(pause < 20, "a payment never comes to rest");
            self.wait(1_801).await;
            self.app.assert_books_balance().await;
            if self.is_settled().await {
                break;
            }
        }
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
                .filter(|own| own["state"] == "attached" && own["funding"] == funding["id"]);
            let sum: i64 = attached.map(|own| own["amount"].as_i64().unwrap()).sum();
            assert_eq!(total(&author, funding).await, sum);
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
