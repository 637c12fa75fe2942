//! `approve`: the only call that charges the payer, at most once per tid, whatever happens to the
//! response.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::checks::{Fields, InFlightGuard, injected_fault, into_response};
use super::errors::Refusal;
use super::payment::{Action, Payment, Status};
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
    let injected = injected_fault(&state, Call::Approve, &fields);
    if let Some(early) = injection::before(injected, &connection).await {
        return early;
    }
    let fault = injected.map(|injected| injected.fault);
    let (response, in_flight) = match charge(&state, &fields, fault) {
        Ok((result, in_flight)) => (into_response(result), Some(in_flight)),
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

type Charged = (Result<Response, Refusal>, InFlightGuard);

fn charge(state: &SharedState, fields: &Fields, fault: Option<Fault>) -> Result<Charged, Refusal> {
    let mut payments = state.payments();
    let payment = fields.payment_in(&mut payments)?;
    let now = state.clock.now();
    if payment.in_flight {
        return Err(Refusal::InFlight);
    }
    check(payment, fields, now)?;
    let payload = fields.optional_text("payload", 200)?.map(str::to_owned);
    let in_flight = InFlightGuard::begin(state, payment);
    if fault == Some(Fault::Declined) {
        payment.status = Status::FailPayment;
        state.journal.record(&Entry::Payment(payment));
        return Ok((Err(Refusal::ApproveDeclined), in_flight));
    }
    payment.status = Status::SuccessPayment;
    payment.approved_at = Some(now);
    payment.actions.push(Action {
        aid: format!("A{}", random_hex(19)),
        at: now,
        amount: payment.amount.total,
        is_cancel: false,
        payload,
    });
    state.journal.record(&Entry::Payment(payment));
    if fault == Some(Fault::UserLocked) {
        return Ok((Err(Refusal::ApproveUserLocked), in_flight));
    }
    Ok((Ok(json(200, &response_body(payment, fault))), in_flight))
}

fn check(payment: &Payment, fields: &Fields, now: i64) -> Result<(), Refusal> {
    if fields.required_text("partner_order_id", 100)? != payment.partner_order_id {
        return Err(Refusal::WrongOrderId);
    }
    if fields.required_text("partner_user_id", 100)? != payment.partner_user_id {
        return Err(Refusal::WrongUserId);
    }
    match payment.status {
        Status::SuccessPayment | Status::PartCancelPayment | Status::CancelPayment => {
            return Err(Refusal::AlreadyApproved);
        }
        Status::QuitPayment | Status::FailPayment => return Err(Refusal::NotApprovable),
        _ if payment.is_expired(now) => return Err(Refusal::Expired),
        Status::Ready | Status::OpenPayment | Status::SelectMethod => {
            return Err(Refusal::NotAuthenticated);
        }
        Status::AuthPassword => {}
    }
    if fields.optional_text("pg_token", 1_000)? != payment.pg_token.as_deref() {
        return Err(Refusal::WrongPgToken);
    }
    let total = fields.optional_integer("total_amount", Refusal::TotalAmount)?;
    if total.is_some_and(|total| total != payment.amount.total) {
        return Err(Refusal::TotalAmount);
    }
    Ok(())
}

fn response_body(payment: &Payment, fault: Option<Fault>) -> Value {
    let mut body = payment.common_fields();
    if let Some(action) = payment.actions.last() {
        body["aid"] = json!(action.aid);
        body["approved_at"] = json!(format_seoul(action.at));
        if let Some(payload) = &action.payload {
            body["payload"] = json!(payload);
        }
    }
    if payment.method.as_deref() == Some("CARD") {
        body["card_info"] = json!({
            "kakaopay_purchase_corp": "비씨", "kakaopay_purchase_corp_code": "104",
            "kakaopay_issuer_corp": "수협", "kakaopay_issuer_corp_code": "212",
            "bin": "000000", "card_type": "신용", "install_month": "00",
            "approved_id": "00000001", "card_mid": "000000001", "interest_free_install": "N",
            "installment_type": "CARD_INSTALLMENT", "card_item_code": "000000",
        });
    }
    if fault == Some(Fault::WrongAmount) {
        body["amount"]["total"] = json!(payment.amount.total + 1_000);
    }
    body
}
