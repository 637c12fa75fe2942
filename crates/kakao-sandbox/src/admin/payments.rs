//! Payer actions without a browser, and all payments, to compare with the client's records.

use axum::extract::{Path, State};
use axum::response::Response;
use serde_json::{Value, json};

use super::error_response;
use crate::http::{Params, json};
use crate::pay::{PayerAction, Payment, perform};
use crate::state::SharedState;

pub(super) async fn find(State(state): State<SharedState>, Path(tid): Path<String>) -> Response {
    match state.payments().find(&tid) {
        Some(payment) => json(200, &summary(payment)),
        None => error_response(404, "no such payment"),
    }
}

pub(super) async fn list(State(state): State<SharedState>) -> Response {
    let payments: Vec<Value> = state.payments().iter().map(summary).collect();
    json(200, &json!({"payments": payments}))
}

/// Performs a payer action; the query may contain `method=CARD|MONEY`.
pub(super) async fn payer_action(
    State(state): State<SharedState>,
    Path((tid, action)): Path<(String, String)>,
    params: Params,
) -> Response {
    let action = match action.as_str() {
        "open" => PayerAction::Open,
        "select-method" => PayerAction::SelectMethod,
        "pay" => PayerAction::Pay,
        "cancel" => PayerAction::Cancel,
        "fail" => PayerAction::Fail,
        _ => {
            return error_response(
                404,
                "the actions are open, select-method, pay, cancel and fail",
            );
        }
    };
    match perform(&state, &tid, action, params.get("method")).await {
        Ok(location) => json(200, &json!({"location": location})),
        Err(_) if state.payments().find(&tid).is_none() => error_response(404, "no such payment"),
        Err(_) => error_response(409, "the payment is over"),
    }
}

fn summary(payment: &Payment) -> Value {
    json!({
        "tid": payment.tid,
        "cid": payment.cid,
        "status": payment.status,
        "partner_order_id": payment.partner_order_id,
        "partner_user_id": payment.partner_user_id,
        "total": payment.amount.total,
        "tax_free": payment.amount.tax_free,
        "canceled": payment.canceled.total,
        "approvals": payment.approvals(),
        "cancels": payment.actions.len() - payment.approvals(),
    })
}
