//! Extractors of the JSON API: the member who sends a request, by its bearer token.

use std::sync::Arc;

use axum::extract::{FromRef, FromRequestParts};
use funsun_domain::ids::{AccountKey, SessionId};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use thiserror::Error;

use super::sql;
use super::tokens::{Bearer, TokenKind};
use crate::db::{Conn, StorageError};
use crate::state::AppState;
use crate::visibility::Viewer;
use web::AppError;

/// A logged-in member. As an extractor it rejects any other request with 401.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// The member's row.
    pub key: AccountKey,
    /// The session of this request's token.
    pub session: SessionId,
}

/// The bearer of a valid, unexpired access token, even when its session has ended or its account is gone.
#[derive(Clone, Copy, Debug)]
pub struct FormerMember(pub Bearer);

/// The login ended after its access token was checked.
#[derive(Clone, Copy, Debug, Error)]
#[error("the login has ended: log in again")]
pub struct LoginEnded;

/// Runs `work` in one transaction, provided that the member's session has not ended by then. Tokens are
/// checked without the database: this node or another may have stored a logout, departure or suspension
/// meanwhile, after which the member may change nothing.
///
/// # Errors
/// [`LoginEnded`], with nothing changed; the inner error is that of `work`.
pub async fn write_as<T, E, F>(
    state: &AppState,
    member: Member,
    work: F,
) -> Result<Result<T, E>, LoginEnded>
where
    F: Fn(&mut Conn) -> Result<T, E> + Send + Sync + 'static,
    T: Send + 'static,
    E: From<StorageError> + Send + 'static,
{
    let now = state.clock.now();
    let guarded = Arc::new(move |conn: &mut Conn| -> Result<Option<T>, E> {
        if sql::hold_live(conn, member.key, member.session, now)? {
            work(conn).map(Some)
        } else {
            Ok(None)
        }
    });
    let first = Arc::clone(&guarded);
    let written = state.db.write(move |conn| first(conn)).await;
    if !matches!(written, Ok(None)) {
        return written.transpose().ok_or(LoginEnded);
    }
    // The login may be so new that only another node of a cluster knows it.
    match state.db.catch_up().await {
        Ok(false) => Err(LoginEnded),
        Ok(true) => {
            let written = state.db.write(move |conn| guarded(conn)).await;
            written.transpose().ok_or(LoginEnded)
        }
        Err(error) => Ok(Err(error.into())),
    }
}

impl From<Member> for Viewer {
    fn from(member: Member) -> Self {
        Self::Member(member.key)
    }
}

/// The bearer of a request's access token, if its session has not ended.
pub fn bearer_of(state: &AppState, headers: &HeaderMap) -> Option<Bearer> {
    state
        .tokens
        .read_access(token_of(headers)?, state.clock.now())
}

fn token_of(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

fn log_in_first() -> AppError {
    AppError::unauthorized(
        "not_logged_in",
        "send a valid access token: Authorization: Bearer <token>; refresh it when it has expired",
    )
}

/// The error for a member who has left since their access token was issued.
pub fn account_gone() -> AppError {
    AppError::unauthorized("account_gone", "this account is gone: log in again")
}

impl From<LoginEnded> for AppError {
    fn from(ended: LoginEnded) -> Self {
        Self::unauthorized("login_ended", ended.to_string())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Member
where
    AppState: FromRef<S>,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let bearer = bearer_of(&AppState::from_ref(state), &parts.headers);
        let bearer = bearer.ok_or_else(log_in_first)?;
        Ok(Self {
            key: bearer.account,
            session: bearer.session,
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Viewer
where
    AppState: FromRef<S>,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let bearer = bearer_of(&AppState::from_ref(state), &parts.headers);
        Ok(Self::from(bearer.map(|bearer| bearer.account)))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for FormerMember
where
    AppState: FromRef<S>,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let state = AppState::from_ref(state);
        let token = token_of(&parts.headers);
        token
            .and_then(|token| {
                state
                    .tokens
                    .read(TokenKind::Access, token, state.clock.now())
            })
            .map(Self)
            .ok_or_else(log_in_first)
    }
}
