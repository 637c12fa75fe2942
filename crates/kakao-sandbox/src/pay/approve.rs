//! `approve`: the one call that takes money. It takes it at most once per tid, whatever happens to
//! the answer.

use axum::Extension;
use axum::body::Bytes;
use axum::extract::State as Given;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::{Value, json};

use super::checks::{Fields, InFlight, answer, strike};
use super::errors::Refusal;
use super::payment::{Action, Payment, Status};
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
    let strike = strike(&state, Call::Approve, &fields);
    if let Some(early) = injection::before(strike, &wire).await {
        return early;
    }
    let fault = strike.map(|strike| strike.fault);
    let (answered, busy) = match take_money(&state, &fields, fault) {
        Ok((result, busy)) => (answer(result), Some(busy)),
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

type Taken = (Result<Response, Refusal>, InFlight);

fn take_money(state: &Shared, fields: &Fields, fault: Option<Fault>) -> Result<Taken, Refusal> {
    let mut book = state.book();
    let payment = book
        .find_mut(fields.text("tid", 20)?)
        .ok_or(Refusal::UnknownTid)?;
    let now = state.clock.now();
    if payment.in_flight {
        return Err(Refusal::InFlight);
    }
    check(payment, fields, now)?;
    let payload = fields.optional("payload", 200)?.map(str::to_owned);
    let busy = InFlight::take(state, payment);
    if fault == Some(Fault::Declined) {
        payment.status = Status::FailPayment;
        state.journal.record(&Entry::Payment(payment));
        return Ok((Err(Refusal::ApproveDeclined), busy));
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
        return Ok((Err(Refusal::ApproveUserLocked), busy));
    }
    Ok((Ok(json(200, &approved(payment, fault))), busy))
}

fn check(payment: &Payment, fields: &Fields, now: i64) -> Result<(), Refusal> {
    if fields.text("partner_order_id", 100)? != payment.partner_order_id {
        return Err(Refusal::WrongOrderId);
    }
    if fields.text("partner_user_id", 100)? != payment.partner_user_id {
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
    if fields.optional("pg_token", 1_000)? != payment.pg_token.as_deref() {
        return Err(Refusal::WrongPgToken);
    }
    let total = fields.number("total_amount", Refusal::TotalAmount)?;
    if total.is_some_and(|total| total != payment.amount.total) {
        return Err(Refusal::TotalAmount);
    }
    Ok(())
}

fn approved(payment: &Payment, fault: Option<Fault>) -> Value {
    let mut body = payment.facts();
    if let Some(action) = payment.actions.last() {
        body["aid"] = json!(action.aid);
        body["approved_at"] = json!(seoul(action.at));
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
