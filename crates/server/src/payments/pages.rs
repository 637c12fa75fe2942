//! The pages to which KakaoPay redirects the payer. They show the payment's actual state and are safe to reload;
//! the unguessable order reference in the URL is what grants access.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::ids::{OrderRef, PaymentId};
use funsun_domain::payments::PaymentState;
use http::header::{REFRESH, USER_AGENT};
use http::{HeaderMap, HeaderValue};
use utoipa_axum::routes;

use super::approve::{self, ApprovalOutcome};
use super::context::StepContext;
use super::look_up::settle_by_look_up;
use super::payment_page::page;
use super::sql;
use super::stored::StoredPayment;
use crate::db::{Conn, StorageError};
use crate::identity::Visitor;
use crate::site::{self, Shell, Tab};
use crate::state::AppState;
use web::rate_limit::Class;
use web::{AppError, PathInput, Problem, QueryInput, Routes};

/// How long a return page waits for the approval before it shows that it is being checked.
const APPROVAL_WAIT: Duration = Duration::from_millis(2_500);

/// How often a cancel page asks whether another has finished its look-up: as long as a page waits.
const SETTLE_TURNS: u32 = 60;

/// The pages to which KakaoPay redirects the payer (in the API document), and the page of a payment.
pub fn router() -> Routes<AppState> {
    Routes::new()
        // These call KakaoPay.
        .operations(routes!(returned))
        .limited(Class::PayerReturn)
        .operations(routes!(cancelled))
        .limited(Class::PayerReturn)
        .operations(routes!(failed))
        .limited(Class::PayerReturn)
        .route("/remit/{provider}/return/{order}", get(returned_from))
        .limited(Class::PayerReturn)
        .route("/remit/{provider}/cancelled/{order}", get(cancelled_at))
        .limited(Class::PayerReturn)
        .route("/remit/{provider}/failed/{order}", get(cancelled_at))
        .limited(Class::PayerReturn)
        .route("/payments/{order}", get(show))
        .route("/payments/{order}/go", get(go_on))
}

#[derive(Template)]
#[template(path = "payments/go.html")]
struct GoPage {
    shell: Shell,
    url: String,
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
    visitor: Visitor,
    PathInput(order): PathInput<String>,
    query: QueryInput,
) -> Result<Response, AppError> {
    approve_returned(&state, &visitor, &order, &query).await
}

/// As for KakaoPay, whose paths the mobile app knows; other providers return here.
async fn returned_from(
    State(state): State<AppState>,
    visitor: Visitor,
    PathInput((_, order)): PathInput<(String, String)>,
    query: QueryInput,
) -> Result<Response, AppError> {
    approve_returned(&state, &visitor, &order, &query).await
}

/// The approval goes on when the provider takes long; the page then refreshes itself.
async fn approve_returned(
    state: &AppState,
    visitor: &Visitor,
    order: &str,
    query: &QueryInput,
) -> Result<Response, AppError> {
    let payment = find(state, order).await?;
    let field = |name: &str| query.optional_text(name).ok().flatten();
    let gateway = state.merchants.gateway(payment.merchant());
    let Some(callback) = gateway.and_then(|gateway| gateway.callback(&field)) else {
        return page(state, visitor, &payment, payment.state()).await;
    };
    let approval = approve::approve(state, payment.id, callback);
    let Ok(outcome) = tokio::time::timeout(APPROVAL_WAIT, approval).await else {
        return page(state, visitor, &payment, PaymentState::Approving).await;
    };
    let ApprovalOutcome { payment, refused } = outcome?;
    let shown = if refused {
        PaymentState::Ready
    } else {
        payment.state()
    };
    page(state, visitor, &payment, shown).await
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
    visitor: Visitor,
    PathInput(order): PathInput<String>,
) -> Result<Response, AppError> {
    show_settled(&state, &visitor, &order).await
}

/// As for KakaoPay.
async fn cancelled_at(
    State(state): State<AppState>,
    visitor: Visitor,
    PathInput((_, order)): PathInput<(String, String)>,
) -> Result<Response, AppError> {
    show_settled(&state, &visitor, &order).await
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
    visitor: Visitor,
    PathInput(order): PathInput<String>,
) -> Result<Response, AppError> {
    show_settled(&state, &visitor, &order).await
}

/// The page of a payment.
async fn show(
    State(state): State<AppState>,
    visitor: Visitor,
    PathInput(order): PathInput<String>,
) -> Result<Response, AppError> {
    let payment = find(&state, &order).await?;
    let shown = payment.state();
    page(&state, &visitor, &payment, shown).await
}

/// Redirects the payer to the provider, by a page that refreshes itself instead of a redirect: our content
/// security policy allows forms to our own site only, and browsers apply it to redirects after a form, too.
async fn go_on(
    State(state): State<AppState>,
    visitor: Visitor,
    headers: HeaderMap,
    PathInput(order): PathInput<String>,
) -> Result<Response, AppError> {
    let payment = find(&state, &order).await?;
    let id = payment.id;
    let (mobile, desktop) = state.db.read(move |conn| sql::find_urls(conn, id)).await?;
    let agent = headers.get(USER_AGENT).and_then(|it| it.to_str().ok());
    let is_phone = agent.is_some_and(|agent| agent.contains("Mobi"));
    let url = if is_phone { mobile } else { desktop };
    // After a proof that the provider refused, the payer may go on with the same order.
    let goes_on = matches!(
        payment.state(),
        PaymentState::Ready | PaymentState::Approving
    );
    let url = url.filter(|_| goes_on);
    let Some((url, refresh)) = url.and_then(|url| {
        Some((
            url.clone(),
            HeaderValue::try_from(format!("0; url={url}")).ok()?,
        ))
    }) else {
        return Ok(site::see_other(&format!("/payments/{order}")));
    };
    let t = visitor.t;
    let title = t.say("payment.go.title");
    let mut response = site::page(&GoPage {
        shell: visitor.shell(&state, Tab::None, title).await?,
        url,
        amount: t.won(payment.rules.amount.get()),
    })?;
    response.headers_mut().insert(REFRESH, refresh);
    Ok(response)
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

/// Shows a payment after settling it by look-up if it waits for its payer: any other is settled, or being settled.
async fn show_settled(
    state: &AppState,
    visitor: &Visitor,
    order: &str,
) -> Result<Response, AppError> {
    let seen = find(state, order).await?;
    if seen.state() != PaymentState::Ready {
        return page(state, visitor, &seen, seen.state()).await;
    }
    let (own, id) = (state.clone(), seen.id);
    let settle = async move { Ok(settle_ready(&own, id).await?) };
    let settled = state.background.finish(settle);
    match tokio::time::timeout(APPROVAL_WAIT, settled).await {
        Ok(payment) => {
            let payment = payment?;
            page(state, visitor, &payment, payment.state()).await
        }
        Err(_) => page(state, visitor, &seen, PaymentState::Approving).await,
    }
}

/// Looks up a payment that waits for its payer; a concurrent second call waits for the first, and takes its result.
async fn settle_ready(state: &AppState, id: PaymentId) -> Result<StoredPayment, StorageError> {
    for turn in 0..SETTLE_TURNS {
        let seen = state.db.read(move |conn| sql::get(conn, id)).await?;
        let cx = StepContext::new(state);
        if cx.is_leased(seen.lease_until) {
            tokio::time::sleep(approve::WAIT_STEP).await;
            continue;
        }
        if turn > 0 || seen.state() != PaymentState::Ready {
            return Ok(seen);
        }
        let lease = move |conn: &mut Conn| {
            let payment = sql::get(conn, id)?;
            if payment.state() != PaymentState::Ready {
                return Ok(Some(Err(payment)));
            }
            Ok::<_, StorageError>(payment.lease(conn, cx)?.map(Ok))
        };
        match state.db.write(lease).await? {
            Some(Ok(leased)) => return settle_by_look_up(state, leased).await,
            Some(Err(payment)) => return Ok(payment),
            None => {}
        }
    }
    state.db.read(move |conn| sql::get(conn, id)).await
}
