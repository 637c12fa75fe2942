//! Forms of our own pages: same-origin, and with a token derived from the session (CSRF protection).

use axum::extract::{FromRequest, FromRequestParts, Request};
use http::HeaderMap;
use http::header::ORIGIN;

use super::caller::Member;
use super::tokens::Bearer;
use super::visitor::{Visitor, not_logged_in};
use crate::state::AppState;
use web::{AppError, Input};

/// The purpose of the token's signature.
const CSRF: &str = "csrf";

/// A form that a member sent from one of our pages.
#[derive(Debug)]
pub struct SignedForm {
    /// The member.
    pub member: Member,
    /// The same member, with the context that pages need.
    pub visitor: Visitor,
    /// The submitted fields.
    pub input: Input,
}

/// A form that a member or a guest sent from one of our pages.
#[derive(Debug)]
pub struct VisitorForm {
    /// The member or guest.
    pub visitor: Visitor,
    /// The submitted fields.
    pub input: Input,
}

/// The token of the forms of a session.
pub(super) fn form_token(state: &AppState, login: Bearer) -> String {
    state.tokens.sign(CSRF, &login.session.get().to_string())
}

/// Rejects a request without the form token of this session.
///
/// # Errors
/// 403 `stale_form`.
pub fn check_form_token(state: &AppState, member: Member, token: &str) -> Result<(), AppError> {
    let session = member.session.get().to_string();
    if state.tokens.is_signature(token, CSRF, &session) {
        Ok(())
    } else {
        Err(stale_form())
    }
}

impl FromRequest<AppState> for SignedForm {
    type Rejection = AppError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, AppError> {
        let VisitorForm { visitor, input } = VisitorForm::from_request(request, state).await?;
        let member = visitor.member.ok_or_else(not_logged_in)?;
        let token = input.optional_text("_csrf")?.unwrap_or_default();
        check_form_token(state, member, &token)?;
        Ok(Self {
            member,
            visitor,
            input,
        })
    }
}

impl FromRequest<AppState> for VisitorForm {
    type Rejection = AppError;

    async fn from_request(request: Request, state: &AppState) -> Result<Self, AppError> {
        let (mut parts, body) = request.into_parts();
        let visitor = Visitor::from_request_parts(&mut parts, state).await?;
        check_origin(state, &parts.headers)?;
        let input = Input::from_request(Request::from_parts(parts, body), state).await?;
        Ok(Self { visitor, input })
    }
}

/// Rejects a request from a page of another site (Fetch standard: every POST has an `Origin`).
fn check_origin(state: &AppState, headers: &HeaderMap) -> Result<(), AppError> {
    let foreign = headers
        .get(ORIGIN)
        .is_some_and(|origin| origin.as_bytes() != state.public_url.as_bytes());
    let site = headers.get("sec-fetch-site");
    let cross = site.is_some_and(|site| site != "same-origin" && site != "none");
    if foreign && (cross || site.is_none()) {
        return Err(stale_form());
    }
    Ok(())
}

fn stale_form() -> AppError {
    AppError::forbidden(
        "stale_form",
        "this form does not belong to your login: open the page again and send it from there",
    )
}
