//! Logging in with Kakao in a browser: authorization code, proof key, and a state that ties the answer to the
//! browser that asked.

use std::time::Duration;

use askama::Template;
use axum::Router;
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

use crate::identity::Cookie;
use crate::identity::TokenKind;
use crate::identity::{SignedForm, Visitor};
use crate::members::device;
use crate::members::login::{self, LoggedIn, LoginRefusal, Logins, ReturnedCode};
use crate::site::shell::{login_path, with_next};
use crate::site::{Shell, Tab, page, see_other};
use crate::state::AppState;
use web::{AppError, QueryInput};

/// How long somebody may take on Kakao's pages.
const ATTEMPT_LIFE: Duration = Duration::from_secs(600);

/// What the cookie of an attempt is stamped for.
const ATTEMPT: &str = "login attempt";

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/login", get(show))
        .route("/login/kakao", get(start))
        .route("/login/kakao/return", get(come_back))
        .route("/logout", post(log_out))
}

#[derive(Template)]
#[template(path = "members/login.html")]
struct LoginPage {
    shell: Shell,
    start: String,
    /// Why the last attempt failed, as a key.
    failed: Option<&'static str>,
}

/// An attempt under way, kept by the browser that makes it.
#[derive(Serialize, Deserialize)]
struct Attempt {
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
    if state.config.is_dev() && is_elsewhere(&state, &headers) {
        // Kakao leads back to the public address, and what is kept under another name is not sent there.
        let here = with_next("/login/kakao", &own_path(query.optional_text("next")?));
        return Ok(Redirect::to(&format!("{}{here}", state.public_url)).into_response());
    }
    let pkce = Pkce::generate();
    let attempt = Attempt {
        state: random_token(),
        verifier: pkce.verifier.expose().to_owned(),
        next: own_path(query.optional_text("next")?),
        ends: state
            .clock
            .now()
            .seconds()
            .saturating_add_unsigned(ATTEMPT_LIFE.as_secs()),
    };
    let address = state.login.authorize_url(&AuthorizeRequest {
        redirect_uri: &redirect_uri(&state),
        state: &attempt.state,
        nonce: None,
        pkce_challenge: &pkce.challenge,
        scope: None,
    });
    let mut response = Redirect::to(&address).into_response();
    let production = !state.config.is_dev();
    let value = attempt.seal(&state)?;
    Cookie::Attempt.set(response.headers_mut(), &value, ATTEMPT_LIFE, production);
    Ok(response)
}

/// Whether the browser knows us by another name than the public one, such as `localhost`.
fn is_elsewhere(state: &AppState, headers: &HeaderMap) -> bool {
    let ours = state.public_url.split_once("://").map(|(_, host)| host);
    let asked = headers.get(HOST).and_then(|host| host.to_str().ok());
    asked.is_some() && asked != ours
}

/// Kakao sends the browser back, with a code or with the reason why there is none.
async fn come_back(
    State(state): State<AppState>,
    headers: HeaderMap,
    query: QueryInput,
) -> Result<Response, AppError> {
    let production = !state.config.is_dev();
    let attempt = Cookie::Attempt
        .read(&headers, production)
        .and_then(|value| Attempt::open(&state, value));
    let outcome = finish(&state, attempt.as_ref(), &headers, &query).await?;
    let next = attempt.map_or_else(|| "/".to_owned(), |attempt| attempt.next);
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
    Cookie::Attempt.clear(response.headers_mut(), production);
    Ok(response)
}

/// Why an attempt led to no login, as the log-in page takes it.
type Failed = &'static str;

async fn finish(
    state: &AppState,
    attempt: Option<&Attempt>,
    headers: &HeaderMap,
    query: &QueryInput,
) -> Result<Result<LoggedIn, Failed>, AppError> {
    let Some(attempt) = attempt else {
        return Ok(Err("expired"));
    };
    // An answer to another browser's attempt would log this one in as somebody else.
    if query.optional_text("state")?.as_deref() != Some(attempt.state.as_str()) {
        return Ok(Err("expired"));
    }
    let Some(code) = query.optional_text("code")? else {
        let cancelled = query.optional_text("error")?.as_deref() == Some("access_denied");
        return Ok(Err(if cancelled { "cancelled" } else { "kakao" }));
    };
    let returned = ReturnedCode {
        code: &code,
        verifier: &attempt.verifier,
        redirect_uri: &redirect_uri(state),
    };
    match login::log_in_with_code(state, returned, device::of(headers)).await {
        Ok(logged_in) => Ok(Ok(logged_in)),
        Err(LoginRefusal::Suspended) => Ok(Err("suspended")),
        Err(LoginRefusal::Incomplete) => Ok(Err("nickname")),
        Err(LoginRefusal::Storage(error)) => Err(AppError::internal(error)),
        Err(error) => {
            tracing::warn!(%error, "a login with Kakao failed");
            Ok(Err("kakao"))
        }
    }
}

async fn log_out(State(state): State<AppState>, form: SignedForm) -> Result<Response, AppError> {
    login::log_out(&state, form.member, Logins::This).await?;
    let mut response = see_other("/?done=logged_out");
    forget_login(&state, response.headers_mut());
    Ok(response)
}

/// Has the browser keep a login.
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

/// Has the browser forget its login, and everything that it keeps of our pages.
pub fn forget_login(state: &AppState, headers: &mut HeaderMap) {
    for cookie in [Cookie::Access, Cookie::Login] {
        cookie.clear(headers, !state.config.is_dev());
    }
    headers.insert(
        "clear-site-data",
        http::HeaderValue::from_static("\"cache\""),
    );
}

impl Attempt {
    fn seal(&self, state: &AppState) -> Result<String, AppError> {
        let text = serde_json::to_vec(self).map_err(AppError::internal)?;
        let text = URL_SAFE_NO_PAD.encode(text);
        let stamp = state.tokens.stamp(ATTEMPT, &text);
        Ok(format!("{text}.{stamp}"))
    }

    fn open(state: &AppState, value: &str) -> Option<Self> {
        let (text, stamp) = value.split_once('.')?;
        if !state.tokens.is_stamp_of(stamp, ATTEMPT, text) {
            return None;
        }
        let attempt: Self = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
        (attempt.ends > state.clock.now().seconds()).then_some(attempt)
    }
}

fn redirect_uri(state: &AppState) -> String {
    format!("{}/login/kakao/return", state.public_url)
}

fn welcome(next: &str) -> String {
    let joint = if next.contains('?') { '&' } else { '?' };
    format!("{next}{joint}done=welcome")
}

/// A path of ours, to go to after logging in; home for everything else. What a browser would take for
/// another site's address (`//host`, `/\host`) is none.
fn own_path(next: Option<String>) -> String {
    let own = next.filter(|path| {
        let plain = path
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        path.starts_with('/') && !path.starts_with("//") && plain && path.len() <= 1_024
    });
    own.unwrap_or_else(|| "/".to_owned())
}
