//! A payment provider in memory, by the documented behaviour of Toss Payments: an order has a `paymentKey` for each
//! window in which the payer authenticated, one of them is confirmed, and an idempotency key repeats its first answer,
//! errors too.

use std::collections::HashMap;

use funsun_domain::time::Timestamp;

/// The provider's records, and what happens next.
#[derive(Default)]
pub struct Provider {
    pub orders: HashMap<String, Order>,
    /// Orders that were asked for and that the payer has not begun to pay, by our number.
    pub asked_in_vain: Vec<String>,
    pub next_confirm: Option<Confirm>,
    pub refunds: Refunds,
    keys: u32,
}

/// What happens to a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Confirm {
    /// Done, the answer is lost.
    Lost,
    /// The request is lost.
    Dropped,
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
    /// They can't be done now.
    Declined,
    /// They are refused for good.
    Refused,
}

/// The provider's record of an order.
#[derive(Clone, Debug)]
pub struct Order {
    pub total: i64,
    pub keys: Vec<String>,
    pub status: Status,
    /// The keys with which a confirmation was asked for that could be, or was, given.
    pub confirmed: Vec<String>,
    pub refunded: i64,
    pub refunding: i64,
    /// The first answer to each idempotency key of a refund.
    pub refund_keys: Vec<(String, Result<Refund, &'static str>)>,
    pub refund_calls: u32,
    pub look_ups: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    InProgress,
    WaitingForDeposit(Timestamp),
    Done,
    Expired,
    Odd,
}

/// A refund that was accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refund {
    Done,
    InProgress,
}

/// Why there is no success: an error code, or nothing at all.
pub type Failure = Option<&'static str>;

impl Provider {
    /// The payer authenticates in a window; returns its `paymentKey`.
    pub fn authenticate(&mut self, order: &str, amount: i64) -> String {
        self.keys += 1;
        let key = format!("tgen_{}", self.keys);
        let record = self.orders.entry(order.to_owned()).or_insert(Order {
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
        key
    }

    /// Captures the money, or issues the virtual account that the payer chose.
    pub fn confirm(&mut self, key: &str, order: &str, amount: i64) -> Result<Order, Failure> {
        if self.next_confirm == Some(Confirm::Dropped) {
            self.next_confirm = None;
            return Err(None);
        }
        let record = self.orders.get_mut(order);
        let record = record.filter(|record| record.keys.iter().any(|known| known == key));
        let record = record.ok_or(Some("NOT_FOUND_PAYMENT_SESSION"))?;
        match record.status {
            Status::Expired => return Err(Some("NOT_FOUND_PAYMENT_SESSION")),
            Status::Odd => return Err(Some("FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING")),
            _ if record.total != amount => return Err(Some("INVALID_REQUEST")),
            _ => record.confirmed.push(key.to_owned()),
        }
        if record.status != Status::InProgress {
            return Err(Some("ALREADY_PROCESSED_PAYMENT"));
        }
        let script = self.next_confirm.take();
        record.status = match script {
            Some(Confirm::Deposit(until)) => Status::WaitingForDeposit(until),
            _ => Status::Done,
        };
        match script {
            Some(Confirm::Lost) => Err(None),
            _ => Ok(record.clone()),
        }
    }

    /// The record of this `paymentKey` or, without one, of our order.
    pub fn find(&mut self, key: Option<&str>, order: &str) -> Option<Order> {
        let Some(record) = self.orders.get_mut(order) else {
            self.asked_in_vain.push(order.to_owned());
            return None;
        };
        record.look_ups += 1;
        let mut found = record.clone();
        if let Some(key) = key {
            if !record.keys.iter().any(|known| known == key) {
                return None;
            }
            let other = record.confirmed.first().is_some_and(|done| done != key);
            if other {
                found.status = Status::Expired;
            }
        }
        Some(found)
    }

    /// Refunds a part, provided that exactly `left` is left before.
    pub fn cancel(
        &mut self,
        key: &str,
        idempotency_key: &str,
        part: i64,
        left: i64,
    ) -> Result<Refund, Failure> {
        let script = self.refunds;
        let mut records = self.orders.values_mut();
        let record = records.find(|record| record.confirmed.iter().any(|known| known == key));
        let record = record.ok_or(Some("NOT_FOUND_PAYMENT"))?;
        record.refund_calls += 1;
        let mut answers = record.refund_keys.iter();
        let first = answers.find(|(known, _)| known == idempotency_key);
        if let Some((_, answer)) = first {
            return answer.map_err(Some);
        }
        let answer = record.cancel(script, part, left);
        record
            .refund_keys
            .push((idempotency_key.to_owned(), answer));
        match script {
            Refunds::Lost => Err(None),
            _ => answer.map_err(Some),
        }
    }
}

impl Order {
    fn cancel(&mut self, script: Refunds, part: i64, left: i64) -> Result<Refund, &'static str> {
        if self.total - self.refunded - self.refunding != left {
            return Err("NOT_MATCHES_REFUNDABLE_AMOUNT");
        }
        match script {
            Refunds::Refused => Err("EXCEED_MAX_REFUND_DUE"),
            Refunds::Declined => Err("NOT_CANCELABLE_AMOUNT"),
            Refunds::Pending => {
                self.refunding += part;
                Ok(Refund::InProgress)
            }
            Refunds::Done | Refunds::Lost => {
                self.refunded += part;
                Ok(Refund::Done)
            }
        }
    }
}
