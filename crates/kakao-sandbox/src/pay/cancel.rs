//! `cancel`: gives money back, whole or in parts. `cancel_available_amount`, when sent, must be
//! what is left right now, which is what keeps a repeated request from refunding twice.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State as Given;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::checks::{Fields, InFlight, answer, strike};
use super::errors::Refusal;
use super::payment::{Action, Amount, Payment, Status};
use crate::clock::seoul;
use crate::connection::Wire;
use crate::faults::{Call, Fault, injection};
use crate::http::json;
use crate::random::random_hex;
use crate::state::{Entry, Shared};

pub(super) async fn handle(
    Given(state): Given<Shared>,
    Extension(wire): Extension<Wire>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fields = match Fields::read(&headers, &body, &state.settings) {
        Ok(fields) => fields,
        Err(refusal) => return refusal.answer(),
    };
    let strike = strike(&state, Call::Cancel, &fields);
    if let Some(early) = injection::before(strike, &wire).await {
        return early;
    }
    let fault = strike.map(|strike| strike.fault);
    let (answered, busy) = match give_back(&state, &fields, fault) {
        Ok((result, busy)) => (answer(Ok(result)), Some(busy)),
        Err(refusal) => (refusal.answer(), None),
    };
    state.journal.settled().await;
    if fault == Some(Fault::Lost) {
        drop(busy);
        return wire.cut().await;
    }
    let answered = injection::after(strike, answered, &wire).await;
    drop(busy);
    answered
}

fn give_back(
    state: &Shared,
    fields: &Fields,
    fault: Option<Fault>,
) -> Result<(Response, InFlight), Refusal> {
    let mut book = state.book();
    let payment = book
        .find_mut(fields.text("tid", 20)?)
        .ok_or(Refusal::UnknownTid)?;
    if payment.in_flight {
        return Err(Refusal::InFlight);
    }
    let part = check(payment, fields)?;
    let payload = fields.optional("payload", 200)?.map(str::to_owned);
    if fault == Some(Fault::Declined) {
        return Err(Refusal::CancelDeclined);
    }
    let busy = InFlight::take(state, payment);
    let now = state.clock.now();
    payment.canceled = payment.canceled.plus(part);
    payment.canceled_at = Some(now);
    payment.status = if payment.remaining().total == 0 {
        Status::CancelPayment
    } else {
        Status::PartCancelPayment
    };
    payment.actions.push(Action {
        aid: format!("A{}", random_hex(19)),
        at: now,
        amount: part.total,
        is_cancel: true,
        payload,
    });
    state.journal.record(&Entry::Payment(payment));
    Ok((json(200, &cancelled(payment, part, fault)), busy))
}

/// The part to give back, or why it can't be.
fn check(payment: &Payment, fields: &Fields) -> Result<Amount, Refusal> {
    if !payment.status.is_paid() {
        return Err(Refusal::NotCancellable);
    }
    let left = payment.remaining();
    let total = fields.sum("cancel_amount", Refusal::AmountInfo)?;
    let tax_free = fields.sum("cancel_tax_free_amount", Refusal::AmountInfo)?;
    let expected = fields.number("cancel_available_amount", Refusal::AmountInfo)?;
    if total == 0 {
        return Err(Refusal::AmountInfo);
    }
    if total > payment.amount.total {
        return Err(Refusal::CancelAboveApproved);
    }
    if expected.is_some_and(|expected| expected != left.total) {
        return Err(Refusal::AmountInfo);
    }
    if total > left.total {
        return Err(Refusal::CancelAboveRest);
    }
    if tax_free > total || tax_free > left.tax_free {
        return Err(Refusal::AmountInfo);
    }
    if total == left.total {
        return if tax_free == left.tax_free {
            Ok(left)
        } else {
            Err(Refusal::AmountInfo)
        };
    }
    if payment.amount.green_deposit > 0 {
        return Err(Refusal::CancelDeclined);
    }
    let vat = fields.number("cancel_vat_amount", Refusal::AmountInfo)?;
    let vat = vat.unwrap_or_else(|| Amount::default_vat(total, tax_free).min(left.vat));
    if !(0..=left.vat.min(total - tax_free)).contains(&vat) {
        return Err(Refusal::AmountInfo);
    }
    Ok(Amount {
        total,
        tax_free,
        vat,
        ..Amount::default()
    })
}

fn cancelled(payment: &Payment, part: Amount, fault: Option<Fault>) -> Value {
    let mut body = payment.facts();
    body["status"] = json!(payment.status);
    body["approved_cancel_amount"] = json!(part);
    body["canceled_amount"] = json!(payment.canceled);
    body["cancel_available_amount"] = json!(payment.remaining());
    body["approved_at"] = json!(payment.approved_at.map(seoul));
    body["canceled_at"] = json!(payment.canceled_at.map(seoul));
    if let Some(action) = payment.actions.last() {
        body["aid"] = json!(action.aid);
        if let Some(payload) = &action.payload {
            body["payload"] = json!(payload);
        }
    }
    match fault {
        Some(Fault::WrongAmount) => {
            body["approved_cancel_amount"]["total"] = json!(part.total + 1_000);
        }
        Some(Fault::UnknownStatus) => body["status"] = json!("HELD_FOR_REVIEW"),
        _ => {}
    }
    body
}
