//! The payment page behind `next_redirect_*_url`, and the payer's actions on it. Tests perform the
//! same actions through the admin endpoint.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::Response;

use super::errors::Refusal;
use super::payment::{Payment, Status};
use crate::http::{Params, page, redirect, with_query};
use crate::random::random_hex;
use crate::state::{Entry, SharedState};

/// An action of the payer; the last three are buttons on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PayerAction {
    Open,
    SelectMethod,
    Pay,
    Cancel,
    Fail,
}

#[derive(Template)]
#[template(path = "pay.html")]
struct PayPage {
    item: String,
    amount: String,
    tax: String,
    fixed_method: Option<String>,
}

#[derive(Template)]
#[template(path = "notice.html")]
struct Notice {
    title: &'static str,
    text: &'static str,
    code: String,
}

pub(super) async fn show(State(state): State<SharedState>, Path(secret): Path<String>) -> Response {
    let response = {
        let mut payments = state.payments();
        let tid = payments.tid_of_page(&secret).map(str::to_owned);
        match tid.and_then(|tid| payments.find_mut(&tid)) {
            None => {
                return notice(
                    404,
                    "결제 요청을 찾을 수 없습니다",
                    "주소를 다시 확인해 주세요.",
                );
            }
            Some(payment) if !payment.status.is_pending() => return finished_notice(payment),
            Some(payment) if payment.is_expired(state.clock.now()) => redirect(&payment.fail_url),
            Some(payment) => {
                if payment.status == Status::Ready {
                    payment.status = Status::OpenPayment;
                    state.journal.record(&Entry::Payment(payment));
                }
                page(200, &pay_page(payment))
            }
        }
    };
    state.journal.flush().await;
    response
}

pub(super) async fn submit(
    State(state): State<SharedState>,
    Path(secret): Path<String>,
    params: Params,
) -> Response {
    let action = match params.get("action") {
        Some("pay") => PayerAction::Pay,
        Some("cancel") => PayerAction::Cancel,
        Some("fail") => PayerAction::Fail,
        _ => return notice(400, "알 수 없는 요청입니다", "버튼을 다시 눌러 주세요."),
    };
    let tid = state.payments().tid_of_page(&secret).map(str::to_owned);
    let Some(tid) = tid else {
        return notice(
            404,
            "결제 요청을 찾을 수 없습니다",
            "주소를 다시 확인해 주세요.",
        );
    };
    match perform(&state, &tid, action, params.get("method")).await {
        Ok(location) => redirect(&location),
        Err(_) => {
            let payments = state.payments();
            payments
                .find(&tid)
                .map_or_else(|| Refusal::UnknownTid.response(), finished_notice)
        }
    }
}

/// Performs a payer action and returns the browser's next URL. An expired payment is left
/// unchanged and leads to the fail URL.
///
/// # Errors
/// Refuses an unknown tid and a finished payment.
pub(crate) async fn perform(
    state: &SharedState,
    tid: &str,
    action: PayerAction,
    method: Option<&str>,
) -> Result<String, Refusal> {
    let location = {
        let mut payments = state.payments();
        let payment = payments.find_mut(tid).ok_or(Refusal::UnknownTid)?;
        if !payment.status.is_pending() {
            return Err(Refusal::NotApprovable);
        }
        if payment.is_expired(state.clock.now()) {
            return Ok(payment.fail_url.clone());
        }
        let location = apply(payment, action, method);
        state.journal.record(&Entry::Payment(payment));
        location
    };
    state.journal.flush().await;
    Ok(location)
}

fn apply(payment: &mut Payment, action: PayerAction, method: Option<&str>) -> String {
    match action {
        PayerAction::Open => {
            if payment.status == Status::Ready {
                payment.status = Status::OpenPayment;
            }
            format!("/sandbox/pay/{}", payment.secret)
        }
        PayerAction::SelectMethod => {
            choose_method(payment, method);
            if payment.status != Status::AuthPassword {
                payment.status = Status::SelectMethod;
            }
            format!("/sandbox/pay/{}", payment.secret)
        }
        PayerAction::Pay => {
            choose_method(payment, method);
            payment.status = Status::AuthPassword;
            let token = payment.pg_token.get_or_insert_with(|| random_hex(20));
            with_query(&payment.approval_url, &[("pg_token", token)])
        }
        PayerAction::Cancel => {
            payment.status = Status::QuitPayment;
            payment.cancel_url.clone()
        }
        PayerAction::Fail => {
            payment.status = Status::FailPayment;
            payment.fail_url.clone()
        }
    }
}

/// Sets the payment method unless `ready` or an earlier action has set it.
fn choose_method(payment: &mut Payment, method: Option<&str>) {
    let chosen = if method == Some("CARD") {
        "CARD"
    } else {
        "MONEY"
    };
    payment.method.get_or_insert_with(|| chosen.to_owned());
}

fn pay_page(payment: &Payment) -> PayPage {
    PayPage {
        item: payment.item_name.clone(),
        amount: with_thousands_separators(payment.amount.total),
        tax: with_thousands_separators(payment.amount.vat),
        fixed_method: payment.method.clone(),
    }
}

fn finished_notice(payment: &Payment) -> Response {
    let text = match payment.status {
        Status::SuccessPayment => "결제가 이미 완료되었습니다.",
        Status::PartCancelPayment | Status::CancelPayment => "취소 처리된 결제입니다.",
        Status::QuitPayment => "결제를 취소하셨습니다.",
        _ => "결제에 실패했습니다.",
    };
    notice(409, "이미 끝난 결제입니다", text)
}

fn notice(status: u16, title: &'static str, text: &'static str) -> Response {
    page(
        status,
        &Notice {
            title,
            text,
            code: String::new(),
        },
    )
}

/// `1234567` as `1,234,567`.
fn with_thousands_separators(won: i64) -> String {
    let digits = won.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_have_thousands_separators() {
        assert_eq!(with_thousands_separators(1), "1");
        assert_eq!(with_thousands_separators(1_000), "1,000");
        assert_eq!(with_thousands_separators(1_234_567), "1,234,567");
        assert_eq!(with_thousands_separators(123_456), "123,456");
    }
}
