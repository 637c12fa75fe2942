//! All payments of this sandbox, by tid and by the secret of the payment page.

use std::collections::HashMap;

use super::payment::Payment;

/// The provider's records of payments.
#[derive(Default)]
pub(crate) struct PaymentStore {
    payments: Vec<Payment>,
    by_tid: HashMap<String, usize>,
    by_secret: HashMap<String, usize>,
}

impl PaymentStore {
    /// Adds a payment, or replaces the one with the same tid.
    pub(crate) fn put(&mut self, payment: Payment) {
        if let Some(&index) = self.by_tid.get(&payment.tid) {
            self.payments[index] = payment;
            return;
        }
        let index = self.payments.len();
        self.by_tid.insert(payment.tid.clone(), index);
        self.by_secret.insert(payment.secret.clone(), index);
        self.payments.push(payment);
    }

    pub(crate) fn find(&self, tid: &str) -> Option<&Payment> {
        self.by_tid.get(tid).map(|&index| &self.payments[index])
    }

    pub(crate) fn find_mut(&mut self, tid: &str) -> Option<&mut Payment> {
        self.by_tid.get(tid).map(|&index| &mut self.payments[index])
    }

    /// The tid of the payment page with this secret.
    pub(crate) fn tid_of_page(&self, secret: &str) -> Option<&str> {
        self.by_secret
            .get(secret)
            .map(|&index| self.payments[index].tid.as_str())
    }

    /// All payments in the order of their ready calls.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Payment> {
        self.payments.iter()
    }
}
