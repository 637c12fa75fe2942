//! `order`: the read-only lookup of a payment's true state.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::checks::{Fields, injected_fault, into_response};
use super::errors::Refusal;
use super::payment::{Action, Payment};
use crate::clock::format_seoul;
use crate::connection::ConnectionHandle;
use crate::faults::{Call, Fault, injection};
use crate::http::json;
use crate::state::SharedState;

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
    let injected = injected_fault(&state, Call::Order, &fields);
    if let Some(early) = injection::before(injected, &connection).await {
        return early;
    }
    let response = into_response(look_up(
        &state,
        &fields,
        injected.map(|injected| injected.fault),
    ));
    injection::after(injected, response, &connection).await
}

fn look_up(
    state: &SharedState,
    fields: &Fields,
    fault: Option<Fault>,
) -> Result<Response, Refusal> {
    let mut payments = state.payments();
    let payment = fields.payment_in(&mut payments)?;
    let mut body = response_body(payment);
    match fault {
        Some(Fault::UnknownStatus) => body["status"] = json!("HELD_FOR_REVIEW"),
        Some(Fault::WrongAmount) => body["amount"]["total"] = json!(payment.amount.total + 1_000),
        Some(Fault::MissingAmount) => remove(&mut body, &["amount"]),
        Some(Fault::MissingCanceled) => remove(&mut body, &["canceled_amount"]),
        Some(Fault::MissingIds) => remove(&mut body, &["partner_order_id", "partner_user_id"]),
        _ => {}
    }
    Ok(json(200, &body))
}

fn remove(body: &mut Value, fields: &[&str]) {
    if let Value::Object(object) = body {
        object.retain(|name, _| !fields.contains(&name.as_str()));
    }
}

fn response_body(payment: &Payment) -> Value {
    let mut body = payment.common_fields();
    body["status"] = json!(payment.status);
    body["canceled_amount"] = json!(payment.canceled);
    body["cancel_available_amount"] = json!(payment.remaining());
    body["approved_at"] = json!(payment.approved_at.map(format_seoul));
    body["canceled_at"] = json!(payment.canceled_at.map(format_seoul));
    if payment.approved_at.is_some() && payment.method.as_deref() == Some("CARD") {
        body["selected_card_info"] = json!({"card_bin": "000000", "install_month": 0,
            "card_corp_name": "수협카드", "interest_free_install": "N"});
    }
    let details: Vec<_> = payment
        .actions
        .iter()
        .map(|action| action_detail(action, payment))
        .collect();
    body["payment_action_details"] = json!(details);
    body
}

fn action_detail(action: &Action, payment: &Payment) -> Value {
    json!({
        "aid": action.aid,
        "approved_at": format_seoul(action.at),
        "amount": action.amount,
        "point_amount": 0,
        "discount_amount": 0,
        "green_deposit": 0,
        "payment_action_type": if action.is_cancel { "CANCEL" } else { "PAYMENT" },
        "payment_method_type": payment.method,
        "payload": action.payload.as_deref().unwrap_or_default(),
    })
}
