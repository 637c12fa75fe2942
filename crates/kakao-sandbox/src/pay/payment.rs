//! The record of one payment, and its JSON fields as KakaoPay names them.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::format_seoul;

/// A payment expires this many seconds after `ready`.
pub(crate) const LIFETIME_SECONDS: i64 = 15 * 60;

/// States of a payment, serialized as in the `order` response.
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
    /// Not approved yet, and not ended by the payer.
    pub(crate) fn is_pending(self) -> bool {
        matches!(
            self,
            Self::Ready | Self::OpenPayment | Self::SelectMethod | Self::AuthPassword
        )
    }

    /// Charged and not fully refunded.
    pub(crate) fn is_paid(self) -> bool {
        matches!(self, Self::SuccessPayment | Self::PartCancelPayment)
    }
}

/// An amount and its parts, in won.
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
    /// The value-added tax when the client sends none: an eleventh of the taxable part, rounded
    /// half up.
    pub(crate) fn default_vat(total: i64, tax_free: i64) -> i64 {
        (2 * (total - tax_free) + 11) / 22
    }

    /// The part on which value-added tax is due.
    pub(crate) fn taxable(self) -> i64 {
        self.total - self.tax_free
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

/// One charge or refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Action {
    pub(crate) aid: String,
    pub(crate) at: i64,
    pub(crate) amount: i64,
    pub(crate) is_cancel: bool,
    pub(crate) payload: Option<String>,
}

/// One payment. Times are Unix seconds, amounts won.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Payment {
    pub(crate) tid: String,
    /// The secret in the payment page's URL, which authorizes the payer.
    pub(crate) secret: String,
    /// The merchant it was prepared for.
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
    /// An approve or cancel has not sent its response yet.
    #[serde(skip)]
    pub(crate) in_flight: bool,
}

impl Payment {
    pub(crate) fn is_expired(&self, now: i64) -> bool {
        now >= self.created_at + LIFETIME_SECONDS
    }

    /// The amount that can still be refunded.
    pub(crate) fn remaining(&self) -> Amount {
        if self.actions.is_empty() {
            Amount::default()
        } else {
            self.amount.minus(self.canceled)
        }
    }

    /// Number of charges; more than one would be a bug of the sandbox.
    pub(crate) fn approvals(&self) -> usize {
        self.actions
            .iter()
            .filter(|action| !action.is_cancel)
            .count()
    }

    /// The fields common to the responses of approve, order and cancel.
    pub(crate) fn common_fields(&self) -> Value {
        let mut fields = json!({
            "tid": self.tid,
            "cid": self.cid,
            "partner_order_id": self.partner_order_id,
            "partner_user_id": self.partner_user_id,
            "item_name": self.item_name,
            "quantity": self.quantity,
            "amount": self.amount,
            "created_at": format_seoul(self.created_at),
        });
        if let Some(method) = &self.method {
            fields["payment_method_type"] = json!(method);
        }
        if let Some(code) = &self.item_code {
            fields["item_code"] = json!(code);
        }
        fields
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
