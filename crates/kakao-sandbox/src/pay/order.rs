//! `order`: the look-up that settles every doubt about a payment. It changes nothing.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State as Given;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::checks::{Fields, answer, strike};
use super::errors::Refusal;
use super::payment::{Action, Payment};
use crate::clock::seoul;
use crate::connection::Wire;
use crate::faults::{Call, Fault, injection};
use crate::http::json;
use crate::state::Shared;

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
    let strike = strike(&state, Call::Order, &fields);
    if let Some(early) = injection::before(strike, &wire).await {
        return early;
    }
    let answered = answer(look_up(&state, &fields, strike.map(|strike| strike.fault)));
    injection::after(strike, answered, &wire).await
}

fn look_up(state: &Shared, fields: &Fields, fault: Option<Fault>) -> Result<Response, Refusal> {
    let book = state.book();
    let payment = book
        .find(fields.text("tid", 20)?)
        .ok_or(Refusal::UnknownTid)?;
    let mut body = described(payment);
    match fault {
        Some(Fault::UnknownStatus) => body["status"] = json!("HELD_FOR_REVIEW"),
        Some(Fault::WrongAmount) => body["amount"]["total"] = json!(payment.amount.total + 1_000),
        _ => {}
    }
    Ok(json(200, &body))
}

fn described(payment: &Payment) -> Value {
    let mut body = payment.facts();
    body["status"] = json!(payment.status);
    body["canceled_amount"] = json!(payment.canceled);
    body["cancel_available_amount"] = json!(payment.remaining());
    body["approved_at"] = json!(payment.approved_at.map(seoul));
    body["canceled_at"] = json!(payment.canceled_at.map(seoul));
    if payment.approved_at.is_some() && payment.method.as_deref() == Some("CARD") {
        body["selected_card_info"] = json!({"card_bin": "000000", "install_month": 0,
            "card_corp_name": "수협카드", "interest_free_install": "N"});
    }
    let details: Vec<_> = payment
        .actions
        .iter()
        .map(|action| detail(action, payment))
        .collect();
    body["payment_action_details"] = json!(details);
    body
}

fn detail(action: &Action, payment: &Payment) -> Value {
    json!({
        "aid": action.aid,
        "approved_at": seoul(action.at),
        "amount": action.amount,
        "point_amount": 0,
        "discount_amount": 0,
        "green_deposit": 0,
        "payment_action_type": if action.is_cancel { "CANCEL" } else { "PAYMENT" },
        "payment_method_type": payment.method,
        "payload": action.payload.as_deref().unwrap_or_default(),
    })
}
