//! Logging in with Kakao in a browser: authorization code with PKCE, and a state that binds Kakao's response to the
//! browser that started the login.

use std::time::Duration;

use askama::Template;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderMap;
use http::header::HOST;
use kakao::login::AuthorizeRequest;
use kakao::pkce::{Pkce, random_token};
use serde::{Deserialize, Serialize};

use crate::identity::sessions::{self, Sessions};
use crate::identity::{Cookie, SignedForm, TokenKind, Visitor};
use crate::members::device;
use crate::members::login::{self, LoggedIn, LoginRefusal, ReturnedCode};
use crate::site::shell::{login_path, with_next};
use crate::site::{Shell, Tab, page, see_other};
use crate::state::AppState;
use web::rate_limit::Class;
use web::{AppError, QueryInput, Routes};

/// Longest time for a login on Kakao's pages.
const LOGIN_STATE_LIFE: Duration = Duration::from_secs(600);

/// The purpose of the cookie's signature.
const LOGIN_STATE: &str = "login attempt";

pub(super) fn router() -> Routes<AppState> {
    Routes::new()
        .route("/login", get(show))
        .route("/login/kakao", get(start))
        .limited(Class::Login)
        .route("/login/kakao/return", get(handle_redirect))
        .limited(Class::Login)
        .route("/logout", post(log_out))
}

#[derive(Template)]
#[template(path = "members/login.html")]
struct LoginPage {
    shell: Shell,
    start: String,
    /// The text key of the reason why the last login failed.
    failed: Option<&'static str>,
}

/// A pending login, kept in a signed cookie.
#[derive(Serialize, Deserialize)]
struct LoginState {
    state: String,
    verifier: String,
    next: String,
    /// Unix seconds.
    ends: i64,
}

async fn show(
    State(state): State<AppState>,
    visitor: Visitor,
    query: QueryInput,
) -> Result<Response, AppError> {
    let next = own_path(query.optional_text("next")?);
    if visitor.member.is_some() {
        return Ok(see_other(&next));
    }
    let failed = match query.optional_text("failed")?.as_deref() {
        Some("cancelled") => Some("login.failed.cancelled"),
        Some("expired") => Some("login.failed.expired"),
        Some("suspended") => Some("login.failed.suspended"),
        Some("nickname") => Some("login.failed.nickname"),
        Some(_) => Some("login.failed.kakao"),
        None => None,
    };
    let title = visitor.t.say("login.title");
    page(&LoginPage {
        shell: visitor.shell(&state, Tab::None, title).await?,
        start: with_next("/login/kakao", &next),
        failed,
    })
}

async fn start(
    State(state): State<AppState>,
    headers: HeaderMap,
    query: QueryInput,
) -> Result<Response, AppError> {
    if state.config.is_dev() && is_other_host(&state, &headers) {
        // Kakao redirects to the public URL, to which the browser sends no cookie of another host.
        let here = with_next("/login/kakao", &own_path(query.optional_text("next")?));
        return Ok(Redirect::to(&format!("{}{here}", state.public_url)).into_response());
    }
    let pkce = Pkce::generate();
    let login_state = LoginState {
        state: random_token(),
        verifier: pkce.verifier.expose().to_owned(),
        next: own_path(query.optional_text("next")?),
        ends: state
            .clock
            .now()
            .seconds()
            .saturating_add_unsigned(LOGIN_STATE_LIFE.as_secs()),
    };
    let address = state.login.authorize_url(&AuthorizeRequest {
        redirect_uri: &redirect_uri(&state),
        state: &login_state.state,
        nonce: None,
        pkce_challenge: &pkce.challenge,
        scope: None,
    });
    let mut response = Redirect::to(&address).into_response();
    let production = !state.config.is_dev();
    let value = login_state.seal(&state)?;
    Cookie::LoginState.set(response.headers_mut(), &value, LOGIN_STATE_LIFE, production);
    Ok(response)
}

/// Whether the browser addresses us by another host than the public one, such as `localhost`.
fn is_other_host(state: &AppState, headers: &HeaderMap) -> bool {
    let ours = state.public_url.split_once("://").map(|(_, host)| host);
    let requested = headers.get(HOST).and_then(|host| host.to_str().ok());
    requested.is_some() && requested != ours
}

/// Handles Kakao's redirect, with a code or with an error.
async fn handle_redirect(
    State(state): State<AppState>,
    headers: HeaderMap,
    query: QueryInput,
) -> Result<Response, AppError> {
    let production = !state.config.is_dev();
    let login_state = Cookie::LoginState
        .read(&headers, production)
        .and_then(|value| LoginState::open(&state, value));
    let outcome = finish(&state, login_state.as_ref(), &headers, &query).await?;
    let next = login_state.map_or_else(|| "/".to_owned(), |login_state| login_state.next);
    let mut response = match outcome {
        Ok(logged_in) => {
            let mut response = see_other(&if logged_in.created {
                welcome(&next)
            } else {
                next
            });
            set_login(&state, response.headers_mut(), &logged_in)?;
            response
        }
        Err(why) => see_other(&format!("{}&failed={why}", login_path(&next))),
    };
    Cookie::LoginState.clear(response.headers_mut(), production);
    Ok(response)
}

/// The reason of a failed login, as the log-in page's parameter.
type Failed = &'static str;

async fn finish(
    state: &AppState,
    login_state: Option<&LoginState>,
    headers: &HeaderMap,
    query: &QueryInput,
) -> Result<Result<LoggedIn, Failed>, AppError> {
    let Some(login_state) = login_state else {
        return Ok(Err("expired"));
    };
    // A response to another browser's login would log this one in as another member.
    if query.optional_text("state")?.as_deref() != Some(login_state.state.as_str()) {
        return Ok(Err("expired"));
    }
    let Some(code) = query.optional_text("code")? else {
        let cancelled = query.optional_text("error")?.as_deref() == Some("access_denied");
        return Ok(Err(if cancelled { "cancelled" } else { "kakao" }));
    };
    let returned = ReturnedCode {
        code: &code,
        verifier: &login_state.verifier,
        redirect_uri: &redirect_uri(state),
    };
    match login::log_in_with_code(state, returned, device::of(headers)).await {
        Ok(logged_in) => Ok(Ok(logged_in)),
        Err(LoginRefusal::Suspended) => Ok(Err("suspended")),
        Err(LoginRefusal::Incomplete) => Ok(Err("nickname")),
        Err(LoginRefusal::Storage(error)) => Err(error.into()),
        Err(error) => {
            tracing::warn!(%error, "a login with Kakao failed");
            Ok(Err("kakao"))
        }
    }
}

async fn log_out(State(state): State<AppState>, form: SignedForm) -> Result<Response, AppError> {
    sessions::end(&state, form.member, Sessions::Current).await?;
    let mut response = see_other("/?done=logged_out");
    clear_login(&state, response.headers_mut());
    Ok(response)
}

/// Sets the cookies of a session.
fn set_login(
    state: &AppState,
    headers: &mut HeaderMap,
    logged_in: &LoggedIn,
) -> Result<(), AppError> {
    let (now, production) = (state.clock.now(), !state.config.is_dev());
    for (kind, cookie) in [
        (TokenKind::Access, Cookie::Access),
        (TokenKind::Refresh, Cookie::Login),
    ] {
        let token = state.tokens.issue(kind, logged_in.bearer, now)?;
        cookie.set(headers, &token, state.tokens.life(kind), production);
    }
    Ok(())
}

/// Clears the cookies of a session, and the browser's cache of our pages.
pub fn clear_login(state: &AppState, headers: &mut HeaderMap) {
    for cookie in [Cookie::Access, Cookie::Login] {
        cookie.clear(headers, !state.config.is_dev());
    }
    headers.insert(
        "clear-site-data",
        http::HeaderValue::from_static("\"cache\""),
    );
}

impl LoginState {
    fn seal(&self, state: &AppState) -> Result<String, AppError> {
        let text = serde_json::to_vec(self).map_err(AppError::internal)?;
        let text = URL_SAFE_NO_PAD.encode(text);
        let signature = state.tokens.sign(LOGIN_STATE, &text);
        Ok(format!("{text}.{signature}"))
    }

    fn open(state: &AppState, value: &str) -> Option<Self> {
        let (text, signature) = value.split_once('.')?;
        if !state.tokens.is_signature(signature, LOGIN_STATE, text) {
            return None;
        }
        let login_state: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        (login_state.ends > state.clock.now().seconds()).then_some(login_state)
    }
}

fn redirect_uri(state: &AppState) -> String {
    format!("{}/login/kakao/return", state.public_url)
}

fn welcome(next: &str) -> String {
    let joint = if next.contains('?') { '&' } else { '?' };
    format!("{next}{joint}done=welcome")
}

/// A path of ours to redirect to after logging in; home for anything else. What a browser would resolve to
/// another site (`//host`, `/\host`) is rejected.
fn own_path(next: Option<String>) -> String {
    let own = next.filter(|path| {
        let plain = path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        path.starts_with('/') && !path.starts_with("//") && plain && path.len() <= 1_024
    });
    own.unwrap_or_else(|| "/".to_owned())
}
