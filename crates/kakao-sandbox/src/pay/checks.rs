//! Checks that all KakaoPay calls share: key, body, merchant code. Also the fault lookup and the
//! guard against concurrent calls on one payment.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::response::Response;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use super::errors::Refusal;
use super::payment::Payment;
use super::store::PaymentStore;
use crate::faults::{Call, InjectedFault};
use crate::settings::Settings;
use crate::state::{SandboxState, SharedState};

/// The fields of a request body, which has the code of one of our merchants.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// Checks key, content type and merchant code, in KakaoPay's order, and parses the body.
    pub(super) fn parse(
        headers: &HeaderMap,
        body: &Bytes,
        settings: &Settings,
    ) -> Result<Self, Refusal> {
        let given = headers.get(AUTHORIZATION).ok_or(Refusal::HeaderMissing)?;
        let given = given.to_str().map_err(|_| Refusal::WrongKey)?;
        let key = ["SECRET_KEY ", "DEV_SECRET_KEY "]
            .iter()
            .find_map(|prefix| given.strip_prefix(prefix))
            .ok_or(Refusal::WrongKey)?;
        if !bool::from(key.as_bytes().ct_eq(settings.pay_secret_key.as_bytes())) {
            return Err(Refusal::WrongKey);
        }
        let content_type = headers
            .get("content-type")
            .and_then(|value| value.to_str().ok());
        if !content_type.is_some_and(|value| value.starts_with("application/json")) {
            return Err(Refusal::HeaderMissing);
        }
        let fields = serde_json::from_slice(body)
            .map(Self)
            .map_err(|_| Refusal::OrderInfo)?;
        if settings.cids().any(|cid| cid == fields.cid()) {
            Ok(fields)
        } else {
            Err(Refusal::WrongCid)
        }
    }

    /// The merchant code; empty when it is missing, too long or not a text.
    pub(super) fn cid(&self) -> &str {
        self.optional_text("cid", 10)
            .ok()
            .flatten()
            .unwrap_or_default()
    }

    /// The payment of the call. One of another merchant is as unknown as one that does not exist.
    pub(super) fn payment_in<'p>(
        &self,
        payments: &'p mut PaymentStore,
    ) -> Result<&'p mut Payment, Refusal> {
        payments
            .find_mut(self.required_text("tid", 20)?)
            .filter(|payment| payment.cid == self.cid())
            .ok_or(Refusal::UnknownTid)
    }

    /// A required text of 1 to `max` characters.
    pub(super) fn required_text(&self, name: &str, max: usize) -> Result<&str, Refusal> {
        self.optional_text(name, max)?
            .filter(|text| !text.is_empty())
            .ok_or(Refusal::OrderInfo)
    }

    /// An optional text of at most `max` characters.
    pub(super) fn optional_text(&self, name: &str, max: usize) -> Result<Option<&str>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.chars().count() <= max => Ok(Some(text)),
            Some(_) => Err(Refusal::OrderInfo),
        }
    }

    /// An optional integer, as a JSON number or string.
    pub(super) fn optional_integer(
        &self,
        name: &str,
        refusal: Refusal,
    ) -> Result<Option<i64>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => number.as_i64().map(Some).ok_or(refusal),
            Some(Value::String(text)) => text.parse().map(Some).map_err(|_| refusal),
            Some(_) => Err(refusal),
        }
    }

    /// A required integer that is not negative.
    pub(super) fn required_amount(&self, name: &str, refusal: Refusal) -> Result<i64, Refusal> {
        let amount = self.optional_integer(name, refusal)?.ok_or(refusal)?;
        // Far above any limit of a payment method, and low enough to multiply without overflow.
        if (0..=1_000_000_000_000).contains(&amount) {
            Ok(amount)
        } else {
            Err(refusal)
        }
    }
}

/// The fault for a call on an existing payment.
pub(super) fn injected_fault(
    state: &SandboxState,
    call: Call,
    fields: &Fields,
) -> Option<InjectedFault> {
    let tid = fields
        .optional_text("tid", 20)
        .ok()
        .flatten()
        .unwrap_or_default();
    let user = {
        let payments = state.payments();
        payments
            .find(tid)
            .map(|payment| payment.partner_user_id.clone())
            .unwrap_or_default()
    };
    state.faults().inject(call, tid, &user)
}

/// Marks a payment as in flight until dropped, even if the client disconnects.
pub(super) struct InFlightGuard {
    state: SharedState,
    tid: String,
}

impl InFlightGuard {
    /// Marks the payment, which the caller has locked and found free. The caller must release
    /// that lock before dropping the guard, which takes it again.
    pub(super) fn begin(state: &SharedState, payment: &mut Payment) -> Self {
        payment.in_flight = true;
        Self {
            state: Arc::clone(state),
            tid: payment.tid.clone(),
        }
    }
}

impl Drop for InFlightGuard {
    fn drop(&mut self) {
        if let Some(payment) = self.state.payments().find_mut(&self.tid) {
            payment.in_flight = false;
        }
    }
}

/// The response of a call that may have been refused.
pub(super) fn into_response(result: Result<Response, Refusal>) -> Response {
    result.unwrap_or_else(Refusal::response)
}
