//! The payer's side: the page behind `next_redirect_*_url`, and what its buttons do. Tests press
//! the same buttons through the admin endpoint.

use askama::Template;
use axum::extract::{Path, State as Given};
use axum::response::Response;

use super::errors::Refusal;
use super::payment::{Payment, Status};
use crate::http::{Params, page, redirect, with_query};
use crate::random::random_hex;
use crate::state::{Entry, Shared};

/// A step of the payer; the last three are buttons on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PayerAct {
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

pub(super) async fn show(Given(state): Given<Shared>, Path(secret): Path<String>) -> Response {
    let answered = {
        let mut book = state.book();
        let tid = book.tid_of_page(&secret).map(str::to_owned);
        match tid.and_then(|tid| book.find_mut(&tid)) {
            None => {
                return notice(
                    404,
                    "결제 요청을 찾을 수 없습니다",
                    "주소를 다시 확인해 주세요.",
                );
            }
            Some(payment) if !payment.status.is_pending() => return over(payment),
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
    state.journal.settled().await;
    answered
}

pub(super) async fn press(
    Given(state): Given<Shared>,
    Path(secret): Path<String>,
    params: Params,
) -> Response {
    let what = match params.get("action") {
        Some("pay") => PayerAct::Pay,
        Some("cancel") => PayerAct::Cancel,
        Some("fail") => PayerAct::Fail,
        _ => return notice(400, "알 수 없는 요청입니다", "버튼을 다시 눌러 주세요."),
    };
    let tid = state.book().tid_of_page(&secret).map(str::to_owned);
    let Some(tid) = tid else {
        return notice(
            404,
            "결제 요청을 찾을 수 없습니다",
            "주소를 다시 확인해 주세요.",
        );
    };
    match act(&state, &tid, what, params.get("method")).await {
        Ok(location) => redirect(&location),
        Err(_) => {
            let book = state.book();
            book.find(&tid)
                .map_or_else(|| Refusal::UnknownTid.answer(), over)
        }
    }
}

/// Takes a step for the payer and tells where the browser is then. An expired request leads to the
/// fail address, unchanged.
///
/// # Errors
/// Refuses an unknown tid and a payment that is over.
pub(crate) async fn act(
    state: &Shared,
    tid: &str,
    what: PayerAct,
    method: Option<&str>,
) -> Result<String, Refusal> {
    let location = {
        let mut book = state.book();
        let payment = book.find_mut(tid).ok_or(Refusal::UnknownTid)?;
        if !payment.status.is_pending() {
            return Err(Refusal::NotApprovable);
        }
        if payment.is_expired(state.clock.now()) {
            return Ok(payment.fail_url.clone());
        }
        let location = pressed(payment, what, method);
        state.journal.record(&Entry::Payment(payment));
        location
    };
    state.journal.settled().await;
    Ok(location)
}

fn pressed(payment: &mut Payment, what: PayerAct, method: Option<&str>) -> String {
    match what {
        PayerAct::Open => {
            if payment.status == Status::Ready {
                payment.status = Status::OpenPayment;
            }
            format!("/sandbox/pay/{}", payment.secret)
        }
        PayerAct::SelectMethod => {
            choose(payment, method);
            if payment.status != Status::AuthPassword {
                payment.status = Status::SelectMethod;
            }
            format!("/sandbox/pay/{}", payment.secret)
        }
        PayerAct::Pay => {
            choose(payment, method);
            payment.status = Status::AuthPassword;
            let token = payment.pg_token.get_or_insert_with(|| random_hex(20));
            with_query(&payment.approval_url, &[("pg_token", token)])
        }
        PayerAct::Cancel => {
            payment.status = Status::QuitPayment;
            payment.cancel_url.clone()
        }
        PayerAct::Fail => {
            payment.status = Status::FailPayment;
            payment.fail_url.clone()
        }
    }
}

/// Keeps a method that the order fixed or that was chosen before.
fn choose(payment: &mut Payment, method: Option<&str>) {
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
        amount: grouped(payment.amount.total),
        tax: grouped(payment.amount.vat),
        fixed_method: payment.method.clone(),
    }
}

fn over(payment: &Payment) -> Response {
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
fn grouped(won: i64) -> String {
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
    fn won_are_grouped_by_three() {
        assert_eq!(grouped(1), "1");
        assert_eq!(grouped(1_000), "1,000");
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(grouped(123_456), "123,456");
    }
}
