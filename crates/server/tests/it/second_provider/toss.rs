//! A payment provider in memory that behaves like Toss Payments: the payer starts on a page of ours, its `paymentKey`
//! comes with the return, orders are looked up by our number, refunds take an idempotency key and may be pending, and a
//! virtual account is paid by a later transfer.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};

use funsun::gateway::{
    Callback, Checkout, Confirmation, GatewayError, Lookup, NewOrder, Notice, PaymentGateway,
    Prepared, Proof, ProviderOrder, ReceivedNotice, RefundOrder, RefundOutcome, Standing,
};
use funsun_domain::money::Won;
use funsun_domain::time::Timestamp;
use futures_util::future::BoxFuture;
use serde_json::Value;

/// Seconds that the payer has on the page.
const WINDOW_SECONDS: i64 = 1_800;

/// The provider; clones share its records.
#[derive(Clone, Default)]
pub struct Toss(Arc<Mutex<Book>>);

#[derive(Default)]
struct Book {
    orders: HashMap<String, Order>,
    next_confirm: Option<Confirm>,
    refunds: Refunds,
    keys: u32,
}

/// What happens to a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// Done, the answer is lost.
    Lost,
    /// The payer chose a virtual account, to be paid until this time.
    Deposit(Timestamp),
}

/// What happens to refunds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refunds {
    /// They are done.
    #[default]
    Done,
    /// They are done, the answer is lost.
    Lost,
    /// They are done later.
    Pending,
    /// They are refused for good.
    Refused,
}

/// The provider's record of an order.
#[derive(Clone, Debug)]
pub struct Order {
    pub total: i64,
    pub keys: Vec<String>,
    pub status: Status,
    pub confirmed: Vec<String>,
    pub refunded: i64,
    pub refunding: i64,
    /// Refund requests by their idempotency key, each carried out once.
    pub refund_keys: Vec<String>,
    pub refund_calls: u32,
    pub look_ups: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    InProgress,
    WaitingForDeposit(Timestamp),
    Done,
    Odd,
}

impl Toss {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap()
    }

    /// The payer authenticates in a window; returns the query with which the browser comes back.
    pub fn authenticate(&self, order: &str, amount: i64) -> String {
        let mut book = self.book();
        book.keys += 1;
        let key = format!("tgen_{}", book.keys);
        let record = book.orders.entry(order.to_owned()).or_insert(Order {
            total: amount,
            keys: Vec::new(),
            status: Status::InProgress,
            confirmed: Vec::new(),
            refunded: 0,
            refunding: 0,
            refund_keys: Vec::new(),
            refund_calls: 0,
            look_ups: 0,
        });
        record.keys.push(key.clone());
        format!("paymentKey={key}&orderId={order}&amount={amount}")
    }

    pub fn script_confirm(&self, confirm: Confirm) {
        self.book().next_confirm = Some(confirm);
    }

    pub fn script_refunds(&self, refunds: Refunds) {
        self.book().refunds = refunds;
    }

    pub fn set_status(&self, order: &str, status: Status) {
        self.book().orders.get_mut(order).unwrap().status = status;
    }

    pub fn is_awaiting(&self, order: &str) -> bool {
        let book = self.book();
        let record = book.orders.get(order);
        record.is_some_and(|record| matches!(record.status, Status::WaitingForDeposit(_)))
    }

    pub fn is_open(&self, order: &str) -> bool {
        let book = self.book();
        let record = book.orders.get(order);
        record.is_some_and(|record| record.status == Status::InProgress)
    }

    pub fn forget_script(&self) {
        self.book().next_confirm = None;
    }

    /// An order of an unknown state is open again, so that it can expire.
    pub fn recover(&self, order: &str) {
        let mut book = self.book();
        let record = book.orders.get_mut(order).unwrap();
        if record.status == Status::Odd {
            record.status = Status::InProgress;
        }
    }

    /// Pending refunds are completed.
    pub fn complete_refunds(&self, order: &str) {
        let mut book = self.book();
        let record = book.orders.get_mut(order).unwrap();
        record.refunded += std::mem::take(&mut record.refunding);
    }

    pub fn record(&self, order: &str) -> Order {
        self.book().orders[order].clone()
    }
}

fn standing(record: &Order) -> Standing {
    Standing {
        refunded: Won::new(record.refunded).unwrap(),
        refunding: Won::new(record.refunding).unwrap(),
        method: Some("카드".to_owned()),
        refund_days: 365,
    }
}

impl PaymentGateway for Toss {
    fn provider(&self) -> &'static str {
        "toss"
    }

    fn account(&self) -> &str {
        "tvivarepublica"
    }

    fn finds_by_order(&self) -> bool {
        true
    }

    fn prepare<'a>(&'a self, order: NewOrder<'a>) -> BoxFuture<'a, Result<Prepared, GatewayError>> {
        Box::pin(async move {
            Ok(Prepared {
                reference: None,
                checkout: Checkout::Page(format!("/toss/{}", order.order)),
                expires_at: order.now.plus_seconds(WINDOW_SECONDS),
            })
        })
    }

    fn callback(&self, field: &dyn Fn(&str) -> Option<String>) -> Option<Callback> {
        let key = field("paymentKey")?;
        Some(Callback {
            proof: Proof::parse(&key)?,
            reference: Some(key),
            amount: Some(field("amount")?.parse().ok()?),
        })
    }

    fn confirm<'a>(
        &'a self,
        order: ProviderOrder<'a>,
        callback: &'a Callback,
    ) -> BoxFuture<'a, Confirmation> {
        Box::pin(async move {
            let mut book = self.book();
            let script = book.next_confirm.take();
            let record = book.orders.get_mut(order.order).unwrap();
            assert_eq!(order.reference, callback.reference.as_deref());
            assert_eq!(order.amount.get(), record.total, "ours, not the query's");
            record.confirmed.push(order.reference.unwrap().to_owned());
            if let Some(Confirm::Deposit(until)) = script {
                record.status = Status::WaitingForDeposit(until);
                return Confirmation::AwaitingDeposit(until);
            }
            record.status = Status::Done;
            match script {
                Some(_) => Confirmation::Unclear("the answer was lost".to_owned()),
                None => Confirmation::Paid(standing(record)),
            }
        })
    }

    fn look_up<'a>(
        &'a self,
        order: ProviderOrder<'a>,
    ) -> BoxFuture<'a, Result<Lookup, GatewayError>> {
        Box::pin(async move {
            let mut book = self.book();
            let Some(record) = book.orders.get_mut(order.order) else {
                return Ok(Lookup::Absent);
            };
            record.look_ups += 1;
            Ok(match &record.status {
                Status::InProgress => Lookup::Open,
                Status::WaitingForDeposit(until) => Lookup::AwaitingDeposit(*until),
                Status::Done if record.refunded == record.total => {
                    Lookup::Refunded(standing(record))
                }
                Status::Done => Lookup::Paid(standing(record)),
                Status::Odd => Lookup::Unknown("HELD".to_owned()),
            })
        })
    }

    fn refund<'a>(
        &'a self,
        order: ProviderOrder<'a>,
        refund: RefundOrder<'a>,
    ) -> BoxFuture<'a, RefundOutcome> {
        Box::pin(async move {
            let mut book = self.book();
            let script = book.refunds;
            let record = book.orders.get_mut(order.order).unwrap();
            record.refund_calls += 1;
            if script == Refunds::Refused {
                return RefundOutcome::Refused("EXCEED_MAX_REFUND_DUE".to_owned());
            }
            let left = record.total - record.refunded - record.refunding;
            let repeated = record.refund_keys.iter().any(|key| key == refund.key);
            if !repeated && left != refund.left_before.get() {
                return RefundOutcome::Declined("NOT_MATCHES_REFUNDABLE_AMOUNT".to_owned());
            }
            if !repeated {
                record.refund_keys.push(refund.key.to_owned());
                let sum = match script {
                    Refunds::Pending => &mut record.refunding,
                    _ => &mut record.refunded,
                };
                *sum += refund.part.get();
            }
            match script {
                Refunds::Lost => RefundOutcome::Unclear("the answer was lost".to_owned()),
                Refunds::Pending => RefundOutcome::Pending("IN_PROGRESS".to_owned()),
                _ => RefundOutcome::Done,
            }
        })
    }

    /// Payment events are not signed; a header stands for a signature that is wrong.
    fn notice(&self, notice: ReceivedNotice<'_>) -> Notice {
        if notice.headers.contains_key("x-forged") {
            return Notice::Forged;
        }
        let body: Option<Value> = serde_json::from_slice(notice.body).ok();
        let order = body.and_then(|body| body["data"]["orderId"].as_str()?.parse().ok());
        order.map_or(Notice::Ignore, Notice::Hint)
    }
}
