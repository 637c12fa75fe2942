//! The payer's buttons without a page, and the book of payments for comparing with the client's.

use axum::extract::{Path, State as Given};
use axum::response::Response;
use serde_json::{Value, json};

use super::refused;
use crate::http::{Params, json};
use crate::pay::{PayerAct, Payment, act};
use crate::state::Shared;

pub(super) async fn find(Given(state): Given<Shared>, Path(tid): Path<String>) -> Response {
    match state.book().find(&tid) {
        Some(payment) => json(200, &described(payment)),
        None => refused(404, "no such payment"),
    }
}

pub(super) async fn book(Given(state): Given<Shared>) -> Response {
    let payments: Vec<Value> = state.book().iter().map(described).collect();
    json(200, &json!({"payments": payments}))
}

/// Takes a step for the payer; the query may name `method=CARD|MONEY`.
pub(super) async fn press(
    Given(state): Given<Shared>,
    Path((tid, action)): Path<(String, String)>,
    params: Params,
) -> Response {
    let what = match action.as_str() {
        "open" => PayerAct::Open,
        "select-method" => PayerAct::SelectMethod,
        "pay" => PayerAct::Pay,
        "cancel" => PayerAct::Cancel,
        "fail" => PayerAct::Fail,
        _ => {
            return refused(
                404,
                "the actions are open, select-method, pay, cancel and fail",
            );
        }
    };
    match act(&state, &tid, what, params.get("method")).await {
        Ok(location) => json(200, &json!({"location": location})),
        Err(_) if state.book().find(&tid).is_none() => refused(404, "no such payment"),
        Err(_) => refused(409, "the payment is over"),
    }
}

fn described(payment: &Payment) -> Value {
    json!({
        "tid": payment.tid,
        "status": payment.status,
        "partner_order_id": payment.partner_order_id,
        "partner_user_id": payment.partner_user_id,
        "total": payment.amount.total,
        "canceled": payment.canceled.total,
        "approvals": payment.approvals(),
        "cancels": payment.actions.len() - payment.approvals(),
    })
}
