//! The middleware around every page: recognises the visitor by cookies, renews the access token, and renders
//! refusals as pages.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, Method, StatusCode, Uri};

use super::caller::Member;
use super::cookies::Cookie;
use super::form::form_token;
use super::sessions;
use super::tokens::{Bearer, TokenKind};
use super::visitor::Visitor;
use crate::site::shell::{done_key, login_path};
use crate::site::{Lang, Shell, Tab, Texts, Theme, errors};
use crate::state::AppState;
use web::{AppError, QueryInput, Refusal};

/// The middleware; see the module's documentation.
pub async fn recognise(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let production = !state.config.is_dev();
    let (bearer, renewal) = authenticate(&state, request.headers(), production).await;
    let visitor = visitor_of(&state, request.headers(), request.uri(), bearer);
    let wants_page = errors::wants_page(request.headers());
    let method = request.method().clone();
    request.extensions_mut().insert(visitor.clone());
    let response = next.run(request).await;
    let mut response = match response.extensions().get::<Refusal>().cloned() {
        Some(refusal) if wants_page && refusal.status == StatusCode::UNAUTHORIZED => {
            log_in_first(&visitor, &method)
        }
        Some(refusal) if wants_page => {
            let shell = refusal_shell(&state, &visitor, &refusal).await;
            errors::as_page(&response, &refusal, shell)
        }
        _ => response,
    };
    match renewal {
        Renewal::None => {}
        Renewal::Access(token) => {
            let life = state.tokens.life(TokenKind::Access);
            Cookie::Access.set(response.headers_mut(), &token, life, production);
        }
        Renewal::Ended => {
            for cookie in [Cookie::Access, Cookie::Login] {
                cookie.clear(response.headers_mut(), production);
            }
        }
    }
    response
}

/// The bearer of the access token in a browser's cookie, if its session has not ended.
pub fn cookie_bearer(state: &AppState, headers: &HeaderMap) -> Option<Bearer> {
    let token = Cookie::Access.read(headers, !state.config.is_dev())?;
    state.tokens.read_access(token, state.clock.now())
}

/// The change that the response makes to the session's cookies.
enum Renewal {
    None,
    Access(String),
    Ended,
}

async fn authenticate(
    state: &AppState,
    headers: &HeaderMap,
    production: bool,
) -> (Option<Bearer>, Renewal) {
    let access = cookie_bearer(state, headers);
    if access.is_some() {
        return (access, Renewal::None);
    }
    let Some(refresh) = Cookie::Login.read(headers, production) else {
        return (None, Renewal::None);
    };
    match sessions::refresh(state, refresh).await {
        Ok(Some(bearer)) => {
            let token = state
                .tokens
                .issue(TokenKind::Access, bearer, state.clock.now());
            (Some(bearer), token.map_or(Renewal::None, Renewal::Access))
        }
        Ok(None) => (None, Renewal::Ended),
        // A database failure is not a logout: the cookies stay for the next request.
        Err(error) => {
            tracing::error!(%error, "a session could not be renewed");
            (None, Renewal::None)
        }
    }
}

fn visitor_of(state: &AppState, headers: &HeaderMap, uri: &Uri, bearer: Option<Bearer>) -> Visitor {
    let production = !state.config.is_dev();
    let lang = Cookie::Lang.read(headers, production).and_then(Lang::parse);
    let theme = Cookie::Theme.read(headers, production);
    let query = QueryInput::of(uri);
    let done = query.optional_text("done").ok().flatten();
    Visitor {
        member: bearer.map(|bearer| Member {
            key: bearer.account,
            session: bearer.session,
        }),
        t: Texts(lang.unwrap_or_else(|| Lang::accepted(headers))),
        theme: theme.and_then(Theme::parse).unwrap_or_default(),
        csrf: bearer.map_or_else(String::new, |bearer| form_token(state, bearer)),
        origin: state.public_url.clone(),
        path: uri
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string),
        done: done.as_deref().and_then(done_key),
        contact: state.config.contact.clone(),
    }
}

/// Redirects a guest to the log-in page, and from there back.
fn log_in_first(visitor: &Visitor, method: &Method) -> Response {
    // A form is not resubmitted automatically: after logging in the member starts on the home page.
    let next = if *method == Method::GET {
        visitor.path.as_str()
    } else {
        "/"
    };
    Redirect::to(&login_path(next)).into_response()
}

/// The page frame of a refusal. For a server error it is rendered without the database.
async fn refusal_shell(state: &AppState, visitor: &Visitor, refusal: &Refusal) -> Shell {
    if refusal.status.is_server_error() {
        return visitor.bare_shell();
    }
    let shell = visitor.shell(state, Tab::None, "").await;
    shell.unwrap_or_else(|_| visitor.bare_shell())
}

/// Renders a refusal that occurred before [`recognise`], as a page if the client accepts one. It renews no token
/// and does not use the database.
pub fn render_early_refusal(
    state: &AppState,
    headers: &HeaderMap,
    uri: &Uri,
    refusal: AppError,
) -> Response {
    let response = refusal.into_response();
    let refusal = response.extensions().get::<Refusal>().cloned();
    let Some(refusal) = refusal.filter(|_| errors::wants_page(headers)) else {
        return response;
    };
    let visitor = visitor_of(state, headers, uri, cookie_bearer(state, headers));
    errors::as_page(&response, &refusal, visitor.bare_shell())
}
