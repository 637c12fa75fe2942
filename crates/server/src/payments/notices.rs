//! Messages from providers, such as webhooks: hints that only make us look.

use axum::extract::State;
use axum::routing::post;
use funsun_domain::ids::OrderRef;
use http::{HeaderMap, StatusCode};

use super::gateway::{Notice, ReceivedNotice};
use super::hasten::hasten;
use super::sql;
use super::stored::StoredPayment;
use crate::db::{Conn, StorageError};
use crate::state::AppState;
use web::rate_limit::Class;
use web::{AppError, PathInput, RawBody, Routes};

/// Seconds from a notice to the look-up that it causes. Notices that follow meanwhile change nothing: whoever forges
/// them can't make us call the provider without bound.
const PAUSE_SECONDS: i64 = 3;

/// `/payments/notices/{provider}`.
pub fn router() -> Routes<AppState> {
    Routes::new()
        .route("/payments/notices/{provider}", post(receive))
        .limited(Class::PayerReturn)
}

/// Answered at once: the sweeper looks the payment up.
async fn receive(
    State(state): State<AppState>,
    PathInput(provider): PathInput<String>,
    headers: HeaderMap,
    RawBody(body): RawBody,
) -> Result<StatusCode, AppError> {
    let notice = ReceivedNotice {
        headers: &headers,
        body: &body,
    };
    let mut gateways = state.merchants.at(&provider).peekable();
    if gateways.peek().is_none() {
        return Err(AppError::not_found(
            "no_provider",
            "no account at this provider",
        ));
    }
    let notices: Vec<Notice> = gateways.map(|gateway| gateway.notice(notice)).collect();
    let hint = notices.iter().find_map(|notice| match notice {
        Notice::Hint(order) => Some(order.clone()),
        Notice::Ignore | Notice::Forged => None,
    });
    if let Some(order) = hint {
        follow(&state, provider, order).await?;
    } else if notices.contains(&Notice::Forged) {
        return Err(AppError::bad_request(
            "forged",
            "not signed by the provider",
        ));
    }
    Ok(StatusCode::OK)
}

/// Makes the payment of this order due soon, if there is one at this provider.
async fn follow(state: &AppState, provider: String, order: OrderRef) -> Result<(), StorageError> {
    let at = state.clock.now().plus_seconds(PAUSE_SECONDS);
    let own = state.clone();
    let hasten = move |conn: &mut Conn| match sql::find_by_order(conn, &order)? {
        Some(payment) if is_at(&own, &payment, &provider) => hasten(conn, &payment, at),
        _ => Ok(()),
    };
    state.db.write(hasten).await
}

fn is_at(state: &AppState, payment: &StoredPayment, provider: &str) -> bool {
    let gateway = state.merchants.gateway(payment.merchant());
    gateway.is_some_and(|gateway| gateway.provider() == provider)
}
