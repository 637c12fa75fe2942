//! KakaoPay's responses, accepted only when they match the request.

use reqwest::Url;

use super::error::{PayError, malformed, mismatch};
use super::requests::{ApproveOrder, CancelOrder};
use super::status::OrderStatus;
use crate::http::is_http_url;
use crate::json::Object;

/// Longest tid accepted, in characters; KakaoPay's have 20.
const TID_CHARS_MAX: usize = 64;

/// The status reported for a malformed success. KakaoPay documents only 200 for success.
const OK: u16 = 200;

/// A prepared payment. Store the `tid` before redirecting the payer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ready {
    /// KakaoPay's transaction id.
    pub tid: String,
    /// Payment page for an app's web view. At least one of the three URLs is present.
    pub app_url: Option<String>,
    /// Payment page for a phone's browser.
    pub mobile_url: Option<String>,
    /// Payment page for a desktop browser.
    pub pc_url: Option<String>,
}

/// An approved payment: cid, tid, both ids and the total match the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    /// KakaoPay's id of this approval.
    pub aid: String,
    /// As requested.
    pub tid: String,
    /// As requested.
    pub order_id: String,
    /// As requested.
    pub user_id: String,
    /// KRW charged.
    pub total: i64,
    /// `CARD` or `MONEY`.
    pub method: Option<String>,
    /// Date and time without an offset, presumably in Asia/Seoul.
    pub approved_at: Option<String>,
}

/// KakaoPay's record of an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// As requested.
    pub tid: String,
    /// The status; [`OrderStatus::group`] is what it means for us.
    pub status: OrderStatus,
    /// Our order number: compare it before acting.
    pub order_id: Option<String>,
    /// Our key of the payer: compare it before acting.
    pub user_id: Option<String>,
    /// KRW ordered: compare it before acting.
    pub total: Option<i64>,
    /// KRW refunded so far. `None`, when KakaoPay does not say, is not zero: conclude nothing from it.
    pub canceled: Option<i64>,
    /// KRW that can still be refunded.
    pub cancelable: Option<i64>,
    /// KakaoPay's id of the approval, once there is one.
    pub aid: Option<String>,
    /// `CARD` or `MONEY`, once the payer has chosen.
    pub method: Option<String>,
    /// When it was approved: date and time without an offset, presumably in Asia/Seoul.
    pub approved_at: Option<String>,
}

/// A completed refund.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancelled {
    /// KakaoPay's id of this refund.
    pub aid: String,
    /// KRW refunded by this call, as requested.
    pub amount: i64,
    /// KRW refunded so far, this call included.
    pub canceled_total: i64,
    /// KRW that can still be refunded.
    pub remaining: i64,
    /// The order's status after the refund.
    pub status: OrderStatus,
}

impl Ready {
    pub(super) fn parse(body: &Object) -> Result<Self, PayError> {
        let tid = body
            .owned_text("/tid")
            .filter(|tid| tid.chars().count() <= TID_CHARS_MAX);
        let ready = Self {
            tid: tid.ok_or(malformed(OK))?,
            app_url: http_url(body, "/next_redirect_app_url"),
            mobile_url: http_url(body, "/next_redirect_mobile_url"),
            pc_url: http_url(body, "/next_redirect_pc_url"),
        };
        let urls = [&ready.app_url, &ready.mobile_url, &ready.pc_url];
        if urls.iter().any(|url| url.is_some()) {
            Ok(ready)
        } else {
            Err(malformed(OK))
        }
    }
}

impl Approved {
    pub(super) fn parse(
        body: &Object,
        cid: &str,
        request: &ApproveOrder<'_>,
    ) -> Result<Self, PayError> {
        let total = integer(body, "/amount/total")?;
        let same = [
            ("cid", body.text("/cid") == Some(cid)),
            ("tid", body.text("/tid") == Some(request.tid)),
            (
                "partner_order_id",
                body.text("/partner_order_id") == Some(request.order_id),
            ),
            (
                "partner_user_id",
                body.text("/partner_user_id") == Some(request.user_id),
            ),
            ("total", total == Some(request.amount)),
        ];
        if let Some((field, _)) = same.into_iter().find(|(_, same)| !same) {
            return Err(mismatch(field));
        }
        Ok(Self {
            aid: body.owned_text("/aid").ok_or(malformed(OK))?,
            tid: request.tid.to_owned(),
            order_id: request.order_id.to_owned(),
            user_id: request.user_id.to_owned(),
            total: request.amount,
            method: body.owned_text("/payment_method_type"),
            approved_at: body.owned_text("/approved_at"),
        })
    }
}

impl Order {
    pub(super) fn parse(body: &Object, cid: &str, tid: &str) -> Result<Self, PayError> {
        check_order(body, cid, tid)?;
        let approval = body
            .objects("/payment_action_details")
            .into_iter()
            .find(|action| action.text("/payment_action_type") == Some("PAYMENT"));
        Ok(Self {
            tid: tid.to_owned(),
            status: OrderStatus::parse(body.text("/status").ok_or(malformed(OK))?),
            order_id: body.owned_text("/partner_order_id"),
            user_id: body.owned_text("/partner_user_id"),
            total: integer(body, "/amount/total")?,
            canceled: integer(body, "/canceled_amount/total")?,
            cancelable: integer(body, "/cancel_available_amount/total")?,
            aid: approval.and_then(|action| action.owned_text("/aid")),
            method: body.owned_text("/payment_method_type"),
            approved_at: body.owned_text("/approved_at"),
        })
    }
}

impl Cancelled {
    pub(super) fn parse(
        body: &Object,
        cid: &str,
        request: &CancelOrder<'_>,
    ) -> Result<Self, PayError> {
        check_order(body, cid, request.tid)?;
        let amount = integer(body, "/approved_cancel_amount/total")?;
        if amount != Some(request.amount) {
            return Err(mismatch("approved_cancel_amount"));
        }
        let required = |pointer| integer(body, pointer)?.ok_or(malformed(OK));
        Ok(Self {
            aid: body.owned_text("/aid").ok_or(malformed(OK))?,
            amount: request.amount,
            canceled_total: required("/canceled_amount/total")?,
            remaining: required("/cancel_available_amount/total")?,
            status: OrderStatus::parse(body.text("/status").ok_or(malformed(OK))?),
        })
    }
}

/// The tid must be the requested one; the cid too, where it is present.
fn check_order(body: &Object, cid: &str, tid: &str) -> Result<(), PayError> {
    if body.text("/tid") != Some(tid) {
        return Err(mismatch("tid"));
    }
    if body.text("/cid").is_some_and(|received| received != cid) {
        return Err(mismatch("cid"));
    }
    Ok(())
}

fn integer(body: &Object, pointer: &str) -> Result<Option<i64>, PayError> {
    body.integer(pointer).map_err(|_| malformed(OK))
}

fn http_url(body: &Object, pointer: &str) -> Option<String> {
    let text = body.text(pointer)?;
    Url::parse(text)
        .ok()
        .filter(is_http_url)
        .map(|_| text.to_owned())
}
