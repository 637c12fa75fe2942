//! `cancel`: refunds a payment in full or in part. `cancel_available_amount`, when sent, must be
//! the amount that is still refundable, so that a repeated request does not refund twice.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::checks::{Fields, InFlightGuard, injected_fault, into_response};
use super::errors::Refusal;
use super::payment::{Action, Amount, Payment, Status};
use crate::clock::format_seoul;
use crate::connection::ConnectionHandle;
use crate::faults::{Call, Fault, injection};
use crate::http::json;
use crate::random::random_hex;
use crate::state::{Entry, SharedState};

pub(super) async fn handle(
    State(state): State<SharedState>,
    Extension(connection): Extension<ConnectionHandle>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let fields = match Fields::parse(&headers, &body, &state.settings) {
        Ok(fields) => fields,
        Err(refusal) => return refusal.response(),
    };
    let injected = injected_fault(&state, Call::Cancel, &fields);
    if let Some(early) = injection::before(injected, &connection).await {
        return early;
    }
    let fault = injected.map(|injected| injected.fault);
    let (response, in_flight) = match refund(&state, &fields, fault) {
        Ok((result, in_flight)) => (into_response(Ok(result)), Some(in_flight)),
        Err(refusal) => (refusal.response(), None),
    };
    state.journal.flush().await;
    if fault == Some(Fault::Lost) {
        drop(in_flight);
        return connection.close().await;
    }
    let response = injection::after(injected, response, &connection).await;
    drop(in_flight);
    response
}

fn refund(
    state: &SharedState,
    fields: &Fields,
    fault: Option<Fault>,
) -> Result<(Response, InFlightGuard), Refusal> {
    let mut payments = state.payments();
    let payment = fields.payment_in(&mut payments)?;
    if payment.in_flight {
        return Err(Refusal::InFlight);
    }
    let part = check(payment, fields)?;
    let payload = fields.optional_text("payload", 200)?.map(str::to_owned);
    match fault {
        Some(Fault::Declined) => return Err(Refusal::CancelDeclined),
        Some(Fault::RefusedForGood) => return Err(Refusal::CancelAboveApproved),
        _ => {}
    }
    let in_flight = InFlightGuard::begin(state, payment);
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
    Ok((json(200, &response_body(payment, part, fault)), in_flight))
}

/// The amount to refund, or why it is refused.
fn check(payment: &Payment, fields: &Fields) -> Result<Amount, Refusal> {
    if !payment.status.is_paid() {
        return Err(Refusal::NotCancellable);
    }
    let remaining = payment.remaining();
    let total = fields.required_amount("cancel_amount", Refusal::AmountInfo)?;
    let tax_free = fields.required_amount("cancel_tax_free_amount", Refusal::AmountInfo)?;
    let expected = fields.optional_integer("cancel_available_amount", Refusal::AmountInfo)?;
    if total == 0 {
        return Err(Refusal::AmountInfo);
    }
    if total > payment.amount.total {
        return Err(Refusal::CancelAboveApproved);
    }
    if expected.is_some_and(|expected| expected != remaining.total) {
        return Err(Refusal::AmountInfo);
    }
    if total > remaining.total {
        return Err(Refusal::CancelAboveRest);
    }
    // Neither part may be refunded from the other, so the last refund takes exactly what is left of both.
    let taxable = total - tax_free;
    if taxable < 0 || tax_free > remaining.tax_free || taxable > remaining.taxable() {
        return Err(Refusal::AmountInfo);
    }
    if total == remaining.total {
        return Ok(remaining);
    }
    if payment.amount.green_deposit > 0 {
        return Err(Refusal::CancelDeclined);
    }
    let vat = fields.optional_integer("cancel_vat_amount", Refusal::AmountInfo)?;
    let vat = vat.unwrap_or_else(|| Amount::default_vat(total, tax_free).min(remaining.vat));
    if !(0..=remaining.vat.min(taxable)).contains(&vat) {
        return Err(Refusal::AmountInfo);
    }
    Ok(Amount {
        total,
        tax_free,
        vat,
        ..Amount::default()
    })
}

fn response_body(payment: &Payment, part: Amount, fault: Option<Fault>) -> Value {
    let mut body = payment.common_fields();
    body["status"] = json!(payment.status);
    body["approved_cancel_amount"] = json!(part);
    body["canceled_amount"] = json!(payment.canceled);
    body["cancel_available_amount"] = json!(payment.remaining());
    body["approved_at"] = json!(payment.approved_at.map(format_seoul));
    body["canceled_at"] = json!(payment.canceled_at.map(format_seoul));
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
