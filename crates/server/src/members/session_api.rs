//! Logging in and out over HTTP.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{device, login};
use crate::identity::sessions::{self, Sessions};
use crate::identity::{LoginEnded, Member, TokenKind};
use crate::people::OwnProfile;
use crate::state::AppState;
use web::rate_limit::Class;
use web::{AppError, Done, Input, Json, Problem, Routes, created, done};

pub(super) fn router() -> Routes<AppState> {
    Routes::new()
        .operations(routes!(kakao_login))
        .limited(Class::Login)
        .operations(routes!(refresh))
        // A whole mobile network may share one address.
        .limited(Class::Read)
        .operations(routes!(log_out))
        .operations(routes!(log_out_everywhere))
}

/// A login's two tokens.
#[derive(Serialize, ToSchema)]
struct TokenPair {
    /// Calls the API; lives for minutes.
    #[schema(example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.access")]
    access_token: String,
    /// Gets the next access token; stays the same for the life of the login.
    #[schema(example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.refresh")]
    refresh_token: String,
}

/// Who logged in, and their tokens.
#[derive(Serialize, ToSchema)]
struct LoginAnswer {
    user: OwnProfile,
    token: TokenPair,
}

/// A new access token, under both names that clients read.
#[derive(Serialize, ToSchema)]
struct RefreshAnswer {
    /// The new access token.
    #[schema(example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.access")]
    access: String,
    /// The same.
    #[schema(example = "eyJ0eXAiOiJKV1QiLCJhbGciOiJIUzI1NiJ9.e30.access")]
    access_token: String,
}

/// Fields of a login.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the API document")]
struct LoginBody {
    /// A Kakao access token of our Kakao app.
    #[schema(rename = "accessToken", example = "KAKAO_ACCESS_TOKEN")]
    access_token: String,
}

/// Fields of a refresh.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the API document")]
struct RefreshBody {
    /// The refresh token of the login.
    #[schema(example = "REFRESH_TOKEN")]
    refresh: String,
}

/// Log in with Kakao
///
/// Verifies a Kakao access token of our app; makes an account at the first login.
#[utoipa::path(post, path = "/account/kakaologin", tag = "account",
    request_body = LoginBody,
    responses(
        (status = 200, description = "a known member", body = LoginAnswer),
        (status = 201, description = "a new account", body = LoginAnswer),
        (status = 400, description = "Kakao rejects the token, or it belongs to another app", body = Problem),
        (status = 403, description = "the account is suspended", body = Problem),
        (status = 404, description = "Kakao's answer lacks what we need", body = Problem),
        (status = 503, description = "Kakao can't be reached", body = Problem),
    ))]
async fn kakao_login(
    State(state): State<AppState>,
    headers: HeaderMap,
    input: Input,
) -> Result<Response, AppError> {
    let token = input.text("accessToken")?;
    let logged_in = login::log_in_with_kakao(&state, token.trim(), device::of(&headers)).await?;
    let now = state.clock.now();
    let issue = |kind| state.tokens.issue(kind, logged_in.bearer, now);
    let token = TokenPair {
        access_token: issue(TokenKind::Access)?,
        refresh_token: issue(TokenKind::Refresh)?,
    };
    let answer = LoginAnswer {
        user: logged_in.profile.into(),
        token,
    };
    Ok(if logged_in.created {
        created(&answer)
    } else {
        Json(answer).into_response()
    })
}

/// Get a new access token
///
/// The refresh token stays good.
#[utoipa::path(post, path = "/account/token/refresh", tag = "account",
    request_body = RefreshBody,
    responses(
        (status = 200, description = "the new access token", body = RefreshAnswer),
        (status = 400, description = "no refresh token", body = Problem),
        (status = 401, description = "the login has ended", body = Problem),
    ))]
async fn refresh(
    State(state): State<AppState>,
    input: Input,
) -> Result<Json<RefreshAnswer>, AppError> {
    let bearer = sessions::refresh(&state, input.text("refresh")?.trim()).await?;
    let bearer = bearer.ok_or(LoginEnded)?;
    let access = state
        .tokens
        .issue(TokenKind::Access, bearer, state.clock.now())?;
    Ok(Json(RefreshAnswer {
        access_token: access.clone(),
        access,
    }))
}

/// Log out
///
/// Ends this login: its refresh token and its access tokens stop working.
#[utoipa::path(delete, path = "/account/session", tag = "account", security(("bearer" = [])),
    responses(
        (status = 200, description = "logged out", body = Done),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn log_out(State(state): State<AppState>, member: Member) -> Result<Response, AppError> {
    sessions::end(&state, member, Sessions::Current).await?;
    Ok(done(StatusCode::OK))
}

/// Log out everywhere
///
/// Ends every login of this member.
#[utoipa::path(delete, path = "/account/sessions", tag = "account", security(("bearer" = [])),
    responses(
        (status = 200, description = "logged out everywhere", body = Done),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn log_out_everywhere(
    State(state): State<AppState>,
    member: Member,
) -> Result<Response, AppError> {
    sessions::end(&state, member, Sessions::All).await?;
    Ok(done(StatusCode::OK))
}
