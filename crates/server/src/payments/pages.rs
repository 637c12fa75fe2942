//! The pages that the payer comes back to from KakaoPay. They say where the payment really stands, as often
//! as they are opened; the unguessable order reference in the address is what opens them.

use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use funsun_domain::ids::OrderRef;
use funsun_domain::payments::PaymentState;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFRESH};
use http::{HeaderValue, StatusCode};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::approve::{self, Attempt, Proof, settle_by_look_up};
use super::sql;
use super::stored::StoredPayment;
use crate::db::StorageError;
use crate::state::AppState;
use crate::web::{AppError, PathInput, Problem, QueryInput};

/// Nothing but our own style sheet; no script at all.
const POLICY: &str = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

pub(super) fn router() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(returned))
        .routes(routes!(cancelled))
        .routes(routes!(failed))
        .routes(routes!(style))
}

#[derive(Template)]
#[template(path = "payment.html")]
struct PaymentPage {
    tone: &'static str,
    title: &'static str,
    text: &'static str,
    english: &'static str,
    amount: String,
}

/// The payer comes back after paying
///
/// Takes the money, once, and shows where the payment stands.
#[utoipa::path(get, path = "/remit/kakaopay/return/{order}", tag = "payment",
    params(
        ("order" = String, Path, description = "our number for the payment", example = "8f14e45fceea167a5a36dedd4bea2543"),
        ("pg_token" = Option<String>, Query, description = "KakaoPay's proof that the payer has agreed"),
    ),
    responses(
        (status = 200, description = "where the payment stands", body = String, content_type = "text/html", example = "<!doctype html>…"),
        (status = 404, description = "no such payment", body = Problem),
    ))]
async fn returned(
    State(state): State<AppState>,
    PathInput(order): PathInput<String>,
    query: QueryInput,
) -> Result<Response, AppError> {
    let payment = find(&state, &order).await?;
    let proof = query
        .optional_text("pg_token")?
        .as_deref()
        .and_then(Proof::parse);
    let Some(proof) = proof else {
        return page(&payment, payment.state());
    };
    let Attempt { payment, refused } = approve::approve(&state, payment.id, proof).await?;
    let seen = if refused {
        PaymentState::Ready
    } else {
        payment.state()
    };
    page(&payment, seen)
}

/// The payer comes back after giving up
///
/// Believes only KakaoPay's book; the payer may still be paying elsewhere.
#[utoipa::path(get, path = "/remit/kakaopay/cancelled/{order}", tag = "payment",
    params(("order" = String, Path, description = "our number for the payment", example = "8f14e45fceea167a5a36dedd4bea2543")),
    responses(
        (status = 200, description = "where the payment stands", body = String, content_type = "text/html", example = "<!doctype html>…"),
        (status = 404, description = "no such payment", body = Problem),
    ))]
async fn cancelled(
    State(state): State<AppState>,
    PathInput(order): PathInput<String>,
) -> Result<Response, AppError> {
    let payment = look_up(&state, &order, "the payer gave up").await?;
    page(&payment, payment.state())
}

/// The payer comes back after a failure
///
/// Believes only KakaoPay's book.
#[utoipa::path(get, path = "/remit/kakaopay/failed/{order}", tag = "payment",
    params(("order" = String, Path, description = "our number for the payment", example = "8f14e45fceea167a5a36dedd4bea2543")),
    responses(
        (status = 200, description = "where the payment stands", body = String, content_type = "text/html", example = "<!doctype html>…"),
        (status = 404, description = "no such payment", body = Problem),
    ))]
async fn failed(
    State(state): State<AppState>,
    PathInput(order): PathInput<String>,
) -> Result<Response, AppError> {
    let payment = look_up(&state, &order, "the provider reported a failure").await?;
    page(&payment, payment.state())
}

/// The pages' style sheet
#[utoipa::path(get, path = "/remit/kakaopay/payment.css", tag = "payment",
    responses((status = 200, description = "CSS", body = String, content_type = "text/css", example = "main { … }")))]
async fn style() -> Response {
    let headers = [
        (http::header::CONTENT_TYPE, "text/css; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=3600"),
    ];
    (headers, include_str!("../../templates/payment.css")).into_response()
}

async fn find(state: &AppState, order: &str) -> Result<StoredPayment, AppError> {
    let none = || AppError::not_found("no_payment", "there is no such payment");
    let order: OrderRef = order.parse().map_err(|_| none())?;
    let found = state
        .db
        .read(move |conn| sql::find_by_order(conn, &order))
        .await?;
    found.ok_or_else(none)
}

/// Only a payment that waits for its payer is asked about: what is settled, or being settled, stays so.
async fn look_up(state: &AppState, order: &str, note: &str) -> Result<StoredPayment, AppError> {
    let payment = find(state, order).await?;
    if payment.state() != PaymentState::Ready || payment.lease_until > state.clock.now() {
        return Ok(payment);
    }
    let (own, note) = (state.clone(), note.to_owned());
    let settle = async move {
        let settled: Result<StoredPayment, StorageError> =
            settle_by_look_up(&own, payment, note).await;
        Ok(settled?)
    };
    state.background.finish(settle).await
}

/// `seen`: where the payment stands for the payer.
fn page(payment: &StoredPayment, seen: PaymentState) -> Result<Response, AppError> {
    let (tone, title, text, english) = words(seen);
    let amount = payment.rules.amount.to_string();
    let html = PaymentPage {
        tone,
        title,
        text,
        english,
        amount,
    };
    let html = html.render().map_err(AppError::internal)?;
    let mut response = (StatusCode::OK, Html(html)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if matches!(seen, PaymentState::Approving | PaymentState::Refunding) {
        headers.insert(REFRESH, HeaderValue::from_static("3"));
    }
    Ok(response)
}

fn words(seen: PaymentState) -> (&'static str, &'static str, &'static str, &'static str) {
    match seen {
        PaymentState::Approved => (
            "good",
            "결제가 완료됐어요",
            "앱으로 돌아가면 후원이 이어집니다. 후원하지 않고 나가면 결제 금액은 자동으로 환불돼요.",
            "Paid. Go back to the app to finish; otherwise it is refunded automatically.",
        ),
        PaymentState::Attached => (
            "good",
            "후원이 전해졌어요",
            "마음과 메시지가 친구에게 도착했어요. 고맙습니다!",
            "Your support has arrived. Thank you!",
        ),
        PaymentState::Approving => (
            "wait",
            "결제를 확인하고 있어요",
            "카카오페이의 답을 기다리는 중이에요. 이 화면은 저절로 바뀝니다. 다시 결제하지 마세요.",
            "Checking with KakaoPay. This page updates itself; please don't pay again.",
        ),
        PaymentState::Refunding => (
            "wait",
            "환불하고 있어요",
            "펀딩이 마감됐거나 후원할 수 없게 되어 결제 금액을 돌려드리는 중이에요.",
            "This support is not possible any more; your money is being given back.",
        ),
        PaymentState::Refunded | PaymentState::PartlyRefunded => (
            "done",
            "환불됐어요",
            "결제 금액을 돌려드렸어요. 카드사에 따라 며칠 걸릴 수 있어요.",
            "Refunded. Depending on your card it may take a few days to show.",
        ),
        PaymentState::Cancelled => (
            "done",
            "결제를 취소했어요",
            "결제된 금액은 없어요.",
            "Cancelled. Nothing was charged.",
        ),
        PaymentState::Failed => (
            "bad",
            "결제하지 못했어요",
            "결제된 금액은 없어요. 다시 시도해 주세요.",
            "The payment failed. Nothing was charged.",
        ),
        PaymentState::Expired => (
            "bad",
            "결제 시간이 지났어요",
            "결제된 금액은 없어요. 처음부터 다시 시도해 주세요.",
            "Time ran out. Nothing was charged.",
        ),
        PaymentState::Created | PaymentState::Ready => (
            "wait",
            "아직 결제 전이에요",
            "카카오페이에서 결제를 마치면 이 화면이 바뀝니다. 결제된 금액은 없어요.",
            "Not paid yet. Nothing was charged.",
        ),
    }
}
