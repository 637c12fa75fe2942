//! A browser asks to be woken, or not any more: called by the settings' script, with the token of its forms in
//! the header `x-csrf-token`.

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, StatusCode};
use web_push::Subscription;

use super::push_sql;
use crate::db::Conn;
use crate::identity::must_be_signed;
use crate::identity::{Member, PageMember, write_as};
use crate::state::AppState;
use web::{AppError, Input};

/// A browser that wants to be woken, as it describes itself.
#[derive(Clone)]
pub struct NewSubscription {
    pub endpoint: String,
    pub p256dh: String,
    pub auth: String,
}

/// `/settings/push`, `/settings/push/end`.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/settings/push", post(subscribe))
        .route("/settings/push/end", post(unsubscribe))
}

/// Takes `endpoint`, `p256dh` and `auth`; for a browser that is known, they are renewed.
async fn subscribe(
    State(state): State<AppState>,
    page: PageMember,
    headers: HeaderMap,
    input: Input,
) -> Result<StatusCode, AppError> {
    let member = signed(&state, &page, &headers)?;
    let new = NewSubscription {
        endpoint: input.text("endpoint")?,
        p256dh: input.text("p256dh")?,
        auth: input.text("auth")?,
    };
    Subscription::parse(&new.endpoint, &new.p256dh, &new.auth, state.config.reach())
        .map_err(|bad| AppError::bad_request("invalid_field", bad.to_string()))?;
    let now = state.clock.now();
    let who = (member.key, member.session);
    let subscribe = move |conn: &mut Conn| push_sql::insert(conn, who, &new, now);
    write_as(&state, member, subscribe).await??;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes `endpoint`; one that is not known is as good as gone.
async fn unsubscribe(
    State(state): State<AppState>,
    page: PageMember,
    headers: HeaderMap,
    input: Input,
) -> Result<StatusCode, AppError> {
    let member = signed(&state, &page, &headers)?;
    let endpoint = input.text("endpoint")?;
    let end = move |conn: &mut Conn| push_sql::delete_at(conn, member.key, &endpoint);
    write_as(&state, member, end).await??;
    Ok(StatusCode::NO_CONTENT)
}

fn signed(state: &AppState, page: &PageMember, headers: &HeaderMap) -> Result<Member, AppError> {
    let token = headers.get("x-csrf-token").and_then(|it| it.to_str().ok());
    must_be_signed(state, page.member, token.unwrap_or_default())?;
    Ok(page.member)
}
