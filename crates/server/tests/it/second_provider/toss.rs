//! The gateway to the second provider, and what a test makes happen there.

use std::sync::{Arc, Mutex, MutexGuard};

use funsun::gateway::{
    Callback, Checkout, Confirmation, GatewayError, Lookup, NewOrder, Notice, PaymentGateway,
    Prepared, Proof, ProviderOrder, ReceivedNotice, RefundOrder, RefundOutcome, Standing,
};
use funsun_domain::money::Won;
use futures_util::future::BoxFuture;
use serde_json::Value;

use super::provider::{Confirm, Order, Provider, Refund, Refunds, Status};

/// Seconds that the payer has on the page.
const WINDOW_SECONDS: i64 = 1_800;

/// The gateway; clones share the provider.
#[derive(Clone, Default)]
pub struct Toss(Arc<Mutex<Provider>>);

impl Toss {
    fn provider(&self) -> MutexGuard<'_, Provider> {
        self.0.lock().unwrap()
    }

    /// The payer authenticates in a window; returns the query with which the browser comes back.
    pub fn authenticate(&self, order: &str, amount: i64) -> String {
        let key = self.provider().authenticate(order, amount);
        format!("paymentKey={key}&orderId={order}&amount={amount}")
    }

    pub fn script_confirm(&self, confirm: Confirm) {
        self.provider().next_confirm = Some(confirm);
    }

    pub fn script_refunds(&self, refunds: Refunds) {
        self.provider().refunds = refunds;
    }

    fn change(&self, order: &str, change: impl FnOnce(&mut Order)) {
        change(self.provider().orders.get_mut(order).unwrap());
    }

    pub fn set_status(&self, order: &str, status: Status) {
        self.change(order, |record| record.status = status);
    }

    pub fn is_awaiting(&self, order: &str) -> bool {
        let provider = self.provider();
        let record = provider.orders.get(order);
        record.is_some_and(|record| matches!(record.status, Status::WaitingForDeposit(_)))
    }

    pub fn is_open(&self, order: &str) -> bool {
        let provider = self.provider();
        let record = provider.orders.get(order);
        record.is_some_and(|record| record.status == Status::InProgress)
    }

    pub fn forget_script(&self) {
        self.provider().next_confirm = None;
    }

    /// An order of an unknown state is open again, so that it can expire.
    pub fn recover(&self, order: &str) {
        self.change(order, |record| {
            if record.status == Status::Odd {
                record.status = Status::InProgress;
            }
        });
    }

    /// The money is captured, of which we learn nothing.
    pub fn capture(&self, order: &str) {
        self.change(order, |record| {
            record.status = Status::Done;
            record.confirmed.push(record.keys[0].clone());
        });
    }

    /// Pending refunds are completed.
    pub fn complete_refunds(&self, order: &str) {
        self.change(order, |record| {
            record.refunded += std::mem::take(&mut record.refunding);
        });
    }

    /// Pending refunds come to nothing.
    pub fn abort_refunds(&self, order: &str) {
        self.change(order, |record| record.refunding = 0);
    }

    pub fn record(&self, order: &str) -> Order {
        self.provider().orders[order].clone()
    }

    /// How often an order was looked up that the payer has not begun to pay.
    pub fn vain_look_ups(&self, order: &str) -> usize {
        let provider = self.provider();
        let asked = provider.asked_in_vain.iter();
        asked.filter(|asked| *asked == order).count()
    }
}

fn standing(record: &Order) -> Standing {
    Standing {
        reference: record.confirmed.first().cloned(),
        refunded: Won::new(record.refunded).unwrap(),
        refunding: Won::new(record.refunding).unwrap(),
        method: Some("카드".to_owned()),
        refund_days: 365,
    }
}

fn lookup(record: &Order) -> Lookup {
    match &record.status {
        Status::InProgress => Lookup::Open,
        Status::WaitingForDeposit(until) => Lookup::AwaitingDeposit(*until),
        Status::Expired => Lookup::Expired,
        Status::Done if record.refunded == record.total => Lookup::Refunded(standing(record)),
        Status::Done => Lookup::Paid(standing(record)),
        Status::Odd => Lookup::Unknown("HELD".to_owned()),
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
            order: Some(field("orderId")?),
            amount: Some(field("amount")?.parse().ok()?),
        })
    }

    fn confirm<'a>(
        &'a self,
        order: ProviderOrder<'a>,
        callback: &'a Callback,
    ) -> BoxFuture<'a, Confirmation> {
        Box::pin(async move {
            assert_eq!(order.reference, callback.reference.as_deref());
            let Some(key) = order.reference else {
                return Confirmation::Unclear("no paymentKey".to_owned());
            };
            let mut provider = self.provider();
            match provider.confirm(key, order.order, order.amount.get()) {
                Ok(record) => match record.status {
                    Status::WaitingForDeposit(until) => Confirmation::AwaitingDeposit(until),
                    _ => Confirmation::Paid(standing(&record)),
                },
                Err(Some(code @ "NOT_FOUND_PAYMENT_SESSION")) => Confirmation::Refused(code.into()),
                Err(code) => Confirmation::Unclear(code.unwrap_or("the answer was lost").into()),
            }
        })
    }

    fn look_up<'a>(
        &'a self,
        order: ProviderOrder<'a>,
    ) -> BoxFuture<'a, Result<Lookup, GatewayError>> {
        Box::pin(async move {
            match self.provider().find(order.reference, order.order) {
                None => Ok(Lookup::Absent),
                Some(record) if record.total == order.amount.get() => Ok(lookup(&record)),
                Some(_) => Err(GatewayError::Unusable("another amount".to_owned())),
            }
        })
    }

    fn refund<'a>(
        &'a self,
        order: ProviderOrder<'a>,
        refund: RefundOrder<'a>,
    ) -> BoxFuture<'a, RefundOutcome> {
        Box::pin(async move {
            let Some(key) = order.reference else {
                return RefundOutcome::Unclear("no paymentKey".to_owned());
            };
            let (part, left) = (refund.part.get(), refund.left_before.get());
            match self.provider().cancel(key, refund.key, part, left) {
                Ok(Refund::Done) => RefundOutcome::Done,
                Ok(Refund::InProgress) => RefundOutcome::Pending("IN_PROGRESS".to_owned()),
                Err(Some(code @ "EXCEED_MAX_REFUND_DUE")) => RefundOutcome::Refused(code.into()),
                Err(Some(code @ ("NOT_CANCELABLE_AMOUNT" | "NOT_MATCHES_REFUNDABLE_AMOUNT"))) => {
                    RefundOutcome::Declined(code.into())
                }
                Err(code) => RefundOutcome::Unclear(code.unwrap_or("the answer was lost").into()),
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
