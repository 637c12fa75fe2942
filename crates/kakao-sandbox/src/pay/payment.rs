//! The record behind one tid, and its figures as KakaoPay writes them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::seoul;

/// A request lives this long from ready, in seconds.
pub(crate) const LIFE_SECONDS: i64 = 15 * 60;

/// States of a payment, spelt as the look-up spells them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    Ready,
    OpenPayment,
    SelectMethod,
    AuthPassword,
    SuccessPayment,
    PartCancelPayment,
    CancelPayment,
    QuitPayment,
    FailPayment,
}

impl Status {
    /// The payer may still act, or approve is awaited.
    pub(crate) fn is_pending(self) -> bool {
        matches!(
            self,
            Self::Ready | Self::OpenPayment | Self::SelectMethod | Self::AuthPassword
        )
    }

    /// Money was taken and not all of it returned.
    pub(crate) fn is_paid(self) -> bool {
        matches!(self, Self::SuccessPayment | Self::PartCancelPayment)
    }
}

/// A sum and its parts, in won.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Amount {
    pub(crate) total: i64,
    pub(crate) tax_free: i64,
    pub(crate) vat: i64,
    #[serde(default)]
    pub(crate) point: i64,
    #[serde(default)]
    pub(crate) discount: i64,
    pub(crate) green_deposit: i64,
}

impl Amount {
    /// The value-added tax that applies when the client names none: a eleventh of the taxed part,
    /// rounded half up.
    pub(crate) fn default_vat(total: i64, tax_free: i64) -> i64 {
        (2 * (total - tax_free) + 11) / 22
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self {
            total: self.total + other.total,
            tax_free: self.tax_free + other.tax_free,
            vat: self.vat + other.vat,
            green_deposit: self.green_deposit + other.green_deposit,
            ..self
        }
    }

    pub(crate) fn minus(self, other: Self) -> Self {
        Self {
            total: self.total - other.total,
            tax_free: self.tax_free - other.tax_free,
            vat: self.vat - other.vat,
            green_deposit: self.green_deposit - other.green_deposit,
            ..self
        }
    }
}

/// One movement of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Action {
    pub(crate) aid: String,
    pub(crate) at: i64,
    pub(crate) amount: i64,
    pub(crate) is_cancel: bool,
    pub(crate) payload: Option<String>,
}

/// Everything known about one payment. Moments are Unix seconds, sums won.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) tid: String,
    /// Names the payer's page; whoever knows it may pay.
    pub(crate) secret: String,
    pub(crate) cid: String,
    pub(crate) status: Status,
    pub(crate) partner_order_id: String,
    pub(crate) partner_user_id: String,
    pub(crate) item_name: String,
    pub(crate) item_code: Option<String>,
    pub(crate) quantity: i64,
    pub(crate) amount: Amount,
    pub(crate) canceled: Amount,
    pub(crate) approval_url: String,
    pub(crate) cancel_url: String,
    pub(crate) fail_url: String,
    pub(crate) method: Option<String>,
    pub(crate) pg_token: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) approved_at: Option<i64>,
    pub(crate) canceled_at: Option<i64>,
    pub(crate) actions: Vec<Action>,
    /// An approve or cancel whose answer is still on its way.
    #[serde(skip)]
    pub(crate) in_flight: bool,
}

impl Payment {
    pub(crate) fn is_expired(&self, now: i64) -> bool {
        now >= self.created_at + LIFE_SECONDS
    }

    /// What can still be cancelled.
    pub(crate) fn remaining(&self) -> Amount {
        if self.actions.is_empty() {
            Amount::default()
        } else {
            self.amount.minus(self.canceled)
        }
    }

    /// How often money was taken; more than once would be a fault of the sandbox.
    pub(crate) fn approvals(&self) -> usize {
        self.actions
            .iter()
            .filter(|action| !action.is_cancel)
            .count()
    }

    /// The fields that approve, order and cancel answers share.
    pub(crate) fn facts(&self) -> Value {
        let mut facts = json!({
            "tid": self.tid,
            "cid": self.cid,
            "partner_order_id": self.partner_order_id,
            "partner_user_id": self.partner_user_id,
            "item_name": self.item_name,
            "quantity": self.quantity,
            "amount": self.amount,
            "created_at": seoul(self.created_at),
        });
        if let Some(method) = &self.method {
            facts["payment_method_type"] = json!(method);
        }
        if let Some(code) = &self.item_code {
            facts["item_code"] = json!(code);
        }
        facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tax_is_an_eleventh_rounded_half_up() {
        assert_eq!(Amount::default_vat(11_000, 0), 1_000);
        assert_eq!(Amount::default_vat(1_000, 0), 91);
        assert_eq!(Amount::default_vat(1_000, 1_000), 0);
        assert_eq!(Amount::default_vat(5, 0), 0);
        assert_eq!(Amount::default_vat(6, 0), 1);
    }
}
