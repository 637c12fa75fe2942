//! Subscribing a browser to push messages, and unsubscribing it: called by the settings' script, with the form
//! token in the header `x-csrf-token`.

use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use web_push::Subscription;

use super::push_sql;
use crate::db::Conn;
use crate::identity::{Member, PageMember, check_form_token, write_as};
use crate::state::AppState;
use web::{AppError, Input, Routes};

/// A push subscription as the browser sends it (Push API, `PushSubscription`).
#[derive(Clone)]
pub struct NewSubscription {
    pub endpoint: String,
    pub p256dh: String,
    pub auth: String,
}

/// `/settings/push`, `/settings/push/end`.
pub fn router() -> Routes<AppState> {
    Routes::new()
        .route("/settings/push", post(subscribe))
        .route("/settings/push/end", post(unsubscribe))
}

/// Stores `endpoint`, `p256dh` and `auth`; replaces an existing subscription with this endpoint.
async fn subscribe(
    State(state): State<AppState>,
    page: PageMember,
    headers: HeaderMap,
    input: Input,
) -> Result<StatusCode, AppError> {
    let member = verified(&state, &page, &headers)?;
    let new = NewSubscription {
        endpoint: input.text("endpoint")?,
        p256dh: input.text("p256dh")?,
        auth: input.text("auth")?,
    };
    Subscription::parse(
        &new.endpoint,
        &new.p256dh,
        &new.auth,
        state.config.address_policy(),
    )
    .map_err(|bad| AppError::bad_request("invalid_field", bad.to_string()))?;
    let now = state.clock.now();
    let subscribe = move |conn: &mut Conn| push_sql::insert(conn, member, &new, now);
    write_as(&state, member, subscribe).await??;
    Ok(StatusCode::NO_CONTENT)
}

/// Removes the subscription of `endpoint`; an unknown one gets the same response.
async fn unsubscribe(
    State(state): State<AppState>,
    page: PageMember,
    headers: HeaderMap,
    input: Input,
) -> Result<StatusCode, AppError> {
    let member = verified(&state, &page, &headers)?;
    let endpoint = input.text("endpoint")?;
    let end = move |conn: &mut Conn| push_sql::delete_at(conn, member.key, &endpoint);
    write_as(&state, member, end).await??;
    Ok(StatusCode::NO_CONTENT)
}

fn verified(state: &AppState, page: &PageMember, headers: &HeaderMap) -> Result<Member, AppError> {
    let token = headers.get("x-csrf-token").and_then(|it| it.to_str().ok());
    check_form_token(state, page.member, token.unwrap_or_default())?;
    Ok(page.member)
}
