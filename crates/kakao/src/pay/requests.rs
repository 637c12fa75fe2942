//! Requests to KakaoPay, checked against its documented limits before anything is sent, and their JSON bodies.

use std::fmt;

use serde::Serialize;

use super::error::{NotSentCause, PayError};

/// Longest texts KakaoPay accepts, in characters: ids and names, the payload, URLs.
const TEXT_CHARS_MAX: usize = 100;
const PAYLOAD_CHARS_MAX: usize = 200;
const URL_CHARS_MAX: usize = 255;

/// A payment to prepare.
#[derive(Clone, Copy, Debug)]
pub struct ReadyOrder<'a> {
    /// Our number for this payment, unique and never reused; at most 100 characters.
    pub order_id: &'a str,
    /// Our opaque key for the payer; at most 100 characters, no personal data.
    pub user_id: &'a str,
    /// Shown to the payer; at most 100 characters.
    pub item_name: &'a str,
    /// KRW, above zero.
    pub amount: i64,
    /// KRW of `amount` on which no value-added tax is due: zero up to the whole amount.
    pub tax_free: i64,
    /// Where the browser is redirected with `pg_token`; at most 255 characters, like the other two.
    pub approval_url: &'a str,
    /// Where the browser is redirected when the payer cancels. Proves nothing: look the order up.
    pub cancel_url: &'a str,
    /// Where the browser is redirected after a failure or 15 minutes. Proves nothing either.
    pub fail_url: &'a str,
}

/// A payment to approve, which charges the payer.
#[derive(Clone, Copy)]
pub struct ApproveOrder<'a> {
    /// KakaoPay's transaction id, from [`super::Ready`].
    pub tid: &'a str,
    /// As in the [`ReadyOrder`].
    pub order_id: &'a str,
    /// As in the [`ReadyOrder`].
    pub user_id: &'a str,
    /// From the redirect to the approval URL; a secret until it is used.
    pub pg_token: &'a str,
    /// KRW, as in the [`ReadyOrder`].
    pub amount: i64,
}

impl fmt::Debug for ApproveOrder<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApproveOrder")
            .field("tid", &self.tid)
            .field("order_id", &self.order_id)
            .field("amount", &self.amount)
            .finish_non_exhaustive()
    }
}

/// A full or partial refund of a payment.
#[derive(Clone, Copy, Debug)]
pub struct CancelOrder<'a> {
    /// KakaoPay's transaction id.
    pub tid: &'a str,
    /// KRW to refund, above zero.
    pub amount: i64,
    /// KRW of `amount` taken from the tax-free part of the payment: zero up to the whole amount.
    pub tax_free: i64,
    /// KRW refundable before this call. KakaoPay refuses the call when this is stale, which keeps a retried refund
    /// from happening twice.
    pub cancelable_before: i64,
    /// Our note, such as the refund's id; at most 200 characters.
    pub payload: &'a str,
}

#[derive(Serialize)]
pub(super) struct ReadyBody<'a> {
    cid: &'a str,
    partner_order_id: &'a str,
    partner_user_id: &'a str,
    item_name: &'a str,
    quantity: u8,
    total_amount: i64,
    tax_free_amount: i64,
    approval_url: &'a str,
    cancel_url: &'a str,
    fail_url: &'a str,
}

#[derive(Serialize)]
pub(super) struct ApproveBody<'a> {
    cid: &'a str,
    tid: &'a str,
    partner_order_id: &'a str,
    partner_user_id: &'a str,
    pg_token: &'a str,
    total_amount: i64,
}

#[derive(Serialize)]
pub(super) struct OrderBody<'a> {
    pub(super) cid: &'a str,
    pub(super) tid: &'a str,
}

#[derive(Serialize)]
pub(super) struct CancelBody<'a> {
    cid: &'a str,
    tid: &'a str,
    cancel_amount: i64,
    cancel_tax_free_amount: i64,
    cancel_available_amount: i64,
    payload: &'a str,
}

impl<'a> ReadyOrder<'a> {
    pub(super) fn body(&self, cid: &'a str) -> Result<ReadyBody<'a>, PayError> {
        required("order_id", self.order_id, TEXT_CHARS_MAX)?;
        required("user_id", self.user_id, TEXT_CHARS_MAX)?;
        required("item_name", self.item_name, TEXT_CHARS_MAX)?;
        required("approval_url", self.approval_url, URL_CHARS_MAX)?;
        required("cancel_url", self.cancel_url, URL_CHARS_MAX)?;
        required("fail_url", self.fail_url, URL_CHARS_MAX)?;
        check("amount", self.amount > 0)?;
        check("tax_free", (0..=self.amount).contains(&self.tax_free))?;
        Ok(ReadyBody {
            cid,
            partner_order_id: self.order_id,
            partner_user_id: self.user_id,
            item_name: self.item_name,
            quantity: 1,
            total_amount: self.amount,
            tax_free_amount: self.tax_free,
            approval_url: self.approval_url,
            cancel_url: self.cancel_url,
            fail_url: self.fail_url,
        })
    }
}

impl<'a> ApproveOrder<'a> {
    pub(super) fn body(&self, cid: &'a str) -> Result<ApproveBody<'a>, PayError> {
        check("tid", !self.tid.is_empty())?;
        check("pg_token", !self.pg_token.is_empty())?;
        check("amount", self.amount > 0)?;
        Ok(ApproveBody {
            cid,
            tid: self.tid,
            partner_order_id: self.order_id,
            partner_user_id: self.user_id,
            pg_token: self.pg_token,
            total_amount: self.amount,
        })
    }
}

impl<'a> CancelOrder<'a> {
    pub(super) fn body(&self, cid: &'a str) -> Result<CancelBody<'a>, PayError> {
        check("tid", !self.tid.is_empty())?;
        check(
            "amount",
            self.amount > 0 && self.amount <= self.cancelable_before,
        )?;
        check("tax_free", (0..=self.amount).contains(&self.tax_free))?;
        check("payload", self.payload.chars().count() <= PAYLOAD_CHARS_MAX)?;
        Ok(CancelBody {
            cid,
            tid: self.tid,
            cancel_amount: self.amount,
            cancel_tax_free_amount: self.tax_free,
            cancel_available_amount: self.cancelable_before,
            payload: self.payload,
        })
    }
}

fn required(field: &'static str, text: &str, chars_max: usize) -> Result<(), PayError> {
    check(field, !text.is_empty() && text.chars().count() <= chars_max)
}

fn check(field: &'static str, good: bool) -> Result<(), PayError> {
    if good {
        Ok(())
    } else {
        Err(PayError::NotSent(NotSentCause::BadRequest { field }))
    }
}

#[cfg(test)]
mod tests {
    use super::{ApproveOrder, CancelOrder};

    #[test]
    fn debug_output_does_not_contain_the_pg_token() {
        let order = ApproveOrder {
            tid: "T1",
            order_id: "ord-1",
            user_id: "usr-1",
            pg_token: "hush",
            amount: 1,
        };
        assert!(!format!("{order:?}").contains("hush"));
    }

    #[test]
    fn a_refund_above_the_refundable_amount_is_never_requested() {
        let order = CancelOrder {
            tid: "T1",
            amount: 2,
            tax_free: 0,
            cancelable_before: 1,
            payload: "",
        };
        assert!(order.body("TC0ONETIME").is_err());
    }

    #[test]
    fn the_whole_amount_may_be_tax_free() {
        let order = CancelOrder {
            tid: "T1",
            amount: 5_500,
            tax_free: 5_500,
            cancelable_before: 11_000,
            payload: "",
        };
        assert!(order.body("TC0ONETIME").is_ok());
    }
}
