//! What every KakaoPay call is checked for first: key, body, merchant code, tid. Also the bracket
//! around a call that faults act on.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::response::Response;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use super::errors::Refusal;
use super::payment::Payment;
use crate::faults::{Call, Strike};
use crate::settings::Settings;
use crate::state::{Shared, State};

/// The fields of a request body.
pub(super) struct Fields(Map<String, Value>);

impl Fields {
    /// Checks key, content type and merchant code, in KakaoPay's order: who, what, for which shop.
    pub(super) fn read(
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
        match fields.optional("cid", 10) {
            Ok(Some(cid)) if cid == settings.cid => Ok(fields),
            _ => Err(Refusal::WrongCid),
        }
    }

    /// A text that must be there, of 1 to `max` characters.
    pub(super) fn text(&self, name: &str, max: usize) -> Result<&str, Refusal> {
        self.optional(name, max)?
            .filter(|text| !text.is_empty())
            .ok_or(Refusal::OrderInfo)
    }

    /// A text of at most `max` characters that may be missing.
    pub(super) fn optional(&self, name: &str, max: usize) -> Result<Option<&str>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) if text.chars().count() <= max => Ok(Some(text)),
            Some(_) => Err(Refusal::OrderInfo),
        }
    }

    /// A whole number, written as a number or as a text, that may be missing.
    pub(super) fn number(&self, name: &str, refusal: Refusal) -> Result<Option<i64>, Refusal> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => number.as_i64().map(Some).ok_or(refusal),
            Some(Value::String(text)) => text.parse().map(Some).map_err(|_| refusal),
            Some(_) => Err(refusal),
        }
    }

    /// A whole number that must be there and must not be negative.
    pub(super) fn sum(&self, name: &str, refusal: Refusal) -> Result<i64, Refusal> {
        let sum = self.number(name, refusal)?.ok_or(refusal)?;
        // Far above any limit of a payment method, and safe to multiply.
        if (0..=1_000_000_000_000).contains(&sum) {
            Ok(sum)
        } else {
            Err(refusal)
        }
    }
}

/// The fault that strikes a call on an existing payment.
pub(super) fn strike(state: &State, call: Call, fields: &Fields) -> Option<Strike> {
    let tid = fields
        .optional("tid", 20)
        .ok()
        .flatten()
        .unwrap_or_default();
    let user = {
        let book = state.book();
        book.find(tid)
            .map(|payment| payment.partner_user_id.clone())
            .unwrap_or_default()
    };
    state.faults().strike(call, tid, &user)
}

/// Marks a payment as busy until dropped, also when the client hangs up meanwhile.
pub(super) struct InFlight {
    state: Shared,
    tid: String,
}

impl InFlight {
    /// Takes the payment, which the caller has locked and found free. The caller must let go of
    /// that lock before it drops this.
    pub(super) fn take(state: &Shared, payment: &mut Payment) -> Self {
        payment.in_flight = true;
        Self {
            state: Arc::clone(state),
            tid: payment.tid.clone(),
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let Some(payment) = self.state.book().find_mut(&self.tid) {
            payment.in_flight = false;
        }
    }
}

/// The answer of a call that may have been refused.
pub(super) fn answer(result: Result<Response, Refusal>) -> Response {
    result.unwrap_or_else(Refusal::answer)
}
