//! Who calls: what handlers ask for to know the member behind a request.

use axum::extract::{FromRef, FromRequestParts};
use funsun_domain::ids::{AccountKey, SessionId};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;

use super::tokens::{Bearer, TokenKind};
use crate::state::AppState;
use crate::web::AppError;

/// A logged-in member. Asking for one refuses everybody else with 401.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// The member's row.
    pub key: AccountKey,
    /// The login this request came with.
    pub session: SessionId,
}

/// Anybody: a member, or a visitor with no usable token.
#[derive(Clone, Copy, Debug)]
pub struct Viewer(pub Option<AccountKey>);

/// The bearer of a well-signed, unexpired access token, even when its account is gone.
#[derive(Clone, Copy, Debug)]
pub struct FormerMember(pub Bearer);

impl Viewer {
    /// The number to compare columns with; no row has 0.
    pub fn key(self) -> i64 {
        self.0.map_or(0, AccountKey::get)
    }
}

impl From<Member> for Viewer {
    fn from(member: Member) -> Self {
        Self(Some(member.key))
    }
}

/// The access token of a request, if its session still lives.
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
        Ok(Self(bearer.map(|bearer| bearer.account)))
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
