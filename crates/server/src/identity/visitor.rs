//! Who looks at a page: recognised by cookies, whose access token is renewed silently. The JSON API takes no
//! cookie and the pages no bearer token, so that a form of another site reaches neither.

use anyhow::anyhow;
use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode, Uri};

use super::caller::Member;
use super::cookies::Cookie;
use super::form::form_token;
use super::tokens::{Bearer, TokenKind};
use crate::config::Contact;
use crate::db::{Conn, StorageError};
use crate::members::login::{self, LoginRefusal};
use crate::site::shell::{done_key, login_path};
use crate::site::{Lang, Me, Shell, Tab, Texts, Theme, errors};
use crate::state::AppState;
use crate::visibility::Viewer;
use crate::{notifications, people};
use web::{AppError, QueryInput, Refusal};

/// Anybody who looks at a page.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// The member, if somebody is logged in.
    pub member: Option<Member>,
    /// The words, in the language asked for.
    pub t: Texts,
    theme: Theme,
    csrf: String,
    origin: String,
    path: String,
    done: Option<&'static str>,
    contact: Option<Contact>,
}

/// A member who looks at a page. Asking for one sends everybody else to log in, and back.
#[derive(Clone, Debug)]
pub struct PageMember {
    /// The member.
    pub member: Member,
    /// The same, as anybody.
    pub visitor: Visitor,
}

impl Visitor {
    /// Who looks, for the visibility rule.
    pub fn viewer(&self) -> Viewer {
        self.member.map_or(Viewer::Guest, Viewer::from)
    }

    /// The frame of a page; `title` is ready to be shown.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn shell(
        &self,
        state: &AppState,
        tab: Tab,
        title: impl Into<String>,
    ) -> Result<Shell, StorageError> {
        let me = match self.member {
            Some(member) => state.db.read(move |conn| find_me(conn, member)).await?,
            None => None,
        };
        Ok(Shell {
            title: title.into(),
            tab,
            me,
            ..self.bare_shell()
        })
    }

    /// The frame without anything that the database knows: for pages that tell of a failure.
    fn bare_shell(&self) -> Shell {
        Shell {
            theme: self.theme,
            csrf: self.csrf.clone(),
            origin: self.origin.clone(),
            path: self.path.clone(),
            done: self.done,
            contact: self.contact.clone(),
            ..Shell::bare(self.t)
        }
    }
}

fn find_me(conn: &mut Conn, member: Member) -> Result<Option<Me>, StorageError> {
    let profile = people::find_own(conn, member.key)?;
    let unread = notifications::unread_count(conn, member.key)?;
    Ok(profile.map(|row| Me {
        username: row.username,
        unread,
    }))
}

/// Recognises who sends a request to a page, renews their access token, and turns refusals into pages.
pub async fn recognise(
    State(state): State<AppState>,
    mut request: Request,
    next: Next,
) -> Response {
    let production = !state.config.is_dev();
    let (login, renewal) = who(&state, request.headers(), production).await;
    let visitor = look(&state, request.headers(), request.uri(), login);
    let wants_page = errors::wants_page(request.headers());
    let method = request.method().clone();
    request.extensions_mut().insert(visitor.clone());
    let response = next.run(request).await;
    let mut response = match response.extensions().get::<Refusal>().cloned() {
        Some(refusal) if wants_page => {
            let shell = frame_of_refusal(&state, &visitor, &refusal).await;
            refused(&visitor, &method, &response, (&refusal, shell))
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

/// The access token that a browser's cookie holds, if its session still lives.
pub fn cookie_bearer(state: &AppState, headers: &HeaderMap) -> Option<Bearer> {
    let token = Cookie::Access.read(headers, !state.config.is_dev())?;
    state.tokens.read_access(token, state.clock.now())
}

/// What happens to the cookies of a request.
enum Renewal {
    None,
    Access(String),
    Ended,
}

async fn who(state: &AppState, headers: &HeaderMap, production: bool) -> (Option<Bearer>, Renewal) {
    let access = cookie_bearer(state, headers);
    if access.is_some() {
        return (access, Renewal::None);
    }
    let Some(refresh) = Cookie::Login.read(headers, production) else {
        return (None, Renewal::None);
    };
    match login::refresh(state, refresh).await {
        Ok(bearer) => {
            let token = state
                .tokens
                .issue(TokenKind::Access, bearer, state.clock.now());
            (Some(bearer), token.map_or(Renewal::None, Renewal::Access))
        }
        Err(LoginRefusal::Ended) => (None, Renewal::Ended),
        // The database will answer the next request; nobody is logged out by its failure.
        Err(error) => {
            tracing::error!(%error, "a login could not be renewed");
            (None, Renewal::None)
        }
    }
}

fn look(state: &AppState, headers: &HeaderMap, uri: &Uri, login: Option<Bearer>) -> Visitor {
    let production = !state.config.is_dev();
    let lang = Cookie::Lang.read(headers, production).and_then(Lang::parse);
    let theme = Cookie::Theme.read(headers, production);
    let query = QueryInput::of(uri);
    let done = query.optional_text("done").ok().flatten();
    Visitor {
        member: login.map(|bearer| Member {
            key: bearer.account,
            session: bearer.session,
        }),
        t: Texts(lang.unwrap_or_else(|| Lang::accepted(headers))),
        theme: theme.and_then(Theme::parse).unwrap_or_default(),
        csrf: login.map_or_else(String::new, |login| form_token(state, login)),
        origin: state.public_url.clone(),
        path: uri
            .path_and_query()
            .map_or_else(|| "/".to_owned(), ToString::to_string),
        done: done.as_deref().and_then(done_key),
        contact: state.config.contact.clone(),
    }
}

/// Somebody who is not logged in is led to where one logs in; everything else is told on a page.
fn refused(
    visitor: &Visitor,
    method: &Method,
    response: &Response,
    (refusal, shell): (&Refusal, Shell),
) -> Response {
    if refusal.status == StatusCode::UNAUTHORIZED {
        // A form is not sent again by itself: after logging in one starts from home.
        let next = if *method == Method::GET {
            visitor.path.as_str()
        } else {
            "/"
        };
        return Redirect::to(&login_path(next)).into_response();
    }
    errors::as_page(response, refusal, shell)
}

/// A member is not asked to log in by the frame of a refusal; when it tells of a failure of ours, the database
/// is left alone.
async fn frame_of_refusal(state: &AppState, visitor: &Visitor, refusal: &Refusal) -> Shell {
    if refusal.status.is_server_error() {
        return visitor.bare_shell();
    }
    let shell = visitor.shell(state, Tab::None, "").await;
    shell.unwrap_or_else(|_| visitor.bare_shell())
}

/// What is refused before anybody was recognised: a page for those who want one. No token is renewed for it and the
/// database is left alone.
pub fn refused_at_the_door(
    state: &AppState,
    headers: &HeaderMap,
    uri: &Uri,
    refusal: AppError,
) -> Response {
    let response = refusal.into_response();
    let told = response.extensions().get::<Refusal>().cloned();
    let Some(told) = told.filter(|_| errors::wants_page(headers)) else {
        return response;
    };
    let visitor = look(state, headers, uri, cookie_bearer(state, headers));
    errors::as_page(&response, &told, visitor.bare_shell())
}

pub(super) fn not_logged_in() -> AppError {
    AppError::unauthorized("not_logged_in", "log in first")
}

impl FromRequestParts<AppState> for Visitor {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &AppState) -> Result<Self, AppError> {
        let visitor = parts.extensions.get::<Self>().cloned();
        visitor.ok_or_else(|| AppError::internal(anyhow!("a page that is not behind `recognise`")))
    }
}

impl FromRequestParts<AppState> for PageMember {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, AppError> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        let member = visitor.member.ok_or_else(not_logged_in)?;
        Ok(Self { member, visitor })
    }
}
