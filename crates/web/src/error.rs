//! The one error type of the HTTP layer: a status, a stable code, a sentence for the caller and, for failures
//! of the server, the cause. It becomes a JSON response and is kept in the response's extensions, so that a
//! layer around the pages can render the same refusal as HTML.

use std::borrow::Cow;
use std::fmt;

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use super::response::{JSON_UTF8, json_body};

/// When to try again what is unavailable, in seconds.
const RETRY_AFTER_SECONDS: u64 = 5;

/// Why a request is refused or failed.
///
/// It deliberately does not implement `std::error::Error`: a refusal could otherwise be passed to
/// [`AppError::internal`] and reach the caller as a 500.
#[derive(Debug)]
pub struct AppError {
    status: StatusCode,
    code: &'static str,
    detail: Cow<'static, str>,
    retry_after: Option<u64>,
    source: Option<anyhow::Error>,
}

/// The body of every error answer.
#[derive(Debug, Serialize, utoipa::ToSchema)]
#[schema(example = json!({"detail": "title: is required", "code": "missing_field"}))]
pub struct Problem {
    /// What is wrong and what would be right, for a person.
    detail: String,
    /// The same, stable and for programs.
    code: String,
}

/// The refusal in the response's extensions, for layers that render it differently.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The status of the response.
    pub status: StatusCode,
    /// The stable code, as in the body.
    pub code: &'static str,
    /// The sentence shown to the caller, as in the body.
    pub detail: Cow<'static, str>,
}

/// Defines one constructor for each status that needs only a code and a sentence.
macro_rules! refusals {
    ($($(#[$doc:meta])* $name:ident => $status:ident;)*) => {
        $($(#[$doc])*
        pub fn $name(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
            Self::new(StatusCode::$status, code, detail.into())
        })*
    };
}

impl AppError {
    refusals! {
        /// 400: the request itself is wrong; `detail` names the field and what it takes.
        bad_request => BAD_REQUEST;
        /// 401: no valid token; the response carries `WWW-Authenticate: Bearer`.
        unauthorized => UNAUTHORIZED;
        /// 402: there is no payment for this.
        payment_required => PAYMENT_REQUIRED;
        /// 403: authenticated, but not allowed.
        forbidden => FORBIDDEN;
        /// 404: no such resource.
        not_found => NOT_FOUND;
        /// 405: the path exists, but not with this method.
        method_not_allowed => METHOD_NOT_ALLOWED;
        /// 408: the request took too long to arrive.
        request_timeout => REQUEST_TIMEOUT;
        /// 409: the current state does not allow it.
        conflict => CONFLICT;
        /// 410: it existed, but no longer does.
        gone => GONE;
        /// 413: more bytes than allowed.
        payload_too_large => PAYLOAD_TOO_LARGE;
        /// 415: an unsupported content type or file format.
        unsupported_media => UNSUPPORTED_MEDIA_TYPE;
        /// 422: well-formed, but semantically wrong.
        unprocessable => UNPROCESSABLE_ENTITY;
    }

    /// 503: a dependency is unavailable; the response asks for a retry after some seconds.
    pub fn unavailable(code: &'static str, detail: impl Into<Cow<'static, str>>) -> Self {
        let mut error = Self::new(StatusCode::SERVICE_UNAVAILABLE, code, detail.into());
        error.retry_after = Some(RETRY_AFTER_SECONDS);
        error
    }

    /// 429: too many requests; retry after `retry_after_seconds`.
    pub fn too_many(retry_after_seconds: u64) -> Self {
        let detail = format!("too many requests: try again in {retry_after_seconds} s");
        let mut error = Self::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_requests",
            detail.into(),
        );
        error.retry_after = Some(retry_after_seconds);
        error
    }

    /// 500: a failure of the server. `cause` is logged once, when the response is built, and never sent.
    pub fn internal(cause: impl Into<anyhow::Error>) -> Self {
        let mut error = Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "internal_error",
            Cow::Borrowed("internal error"),
        );
        error.source = Some(cause.into());
        error
    }

    /// Attaches the cause, for the log.
    #[must_use]
    pub fn with_source(mut self, cause: impl Into<anyhow::Error>) -> Self {
        self.source = Some(cause.into());
        self
    }

    /// The status of the response.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code of the response.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The sentence for the caller.
    pub fn detail(&self) -> &str {
        &self.detail
    }

    fn new(status: StatusCode, code: &'static str, detail: Cow<'static, str>) -> Self {
        Self {
            status,
            code,
            detail,
            retry_after: None,
            source: None,
        }
    }

    fn log(&self) {
        if !self.status.is_server_error() {
            return;
        }
        let cause = self
            .source
            .as_ref()
            .map_or_else(|| self.detail.to_string(), |source| format!("{source:#}"));
        tracing::error!(
            status = self.status.as_u16(),
            code = self.code,
            cause,
            "request failed"
        );
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} {}: {}",
            self.status.as_u16(),
            self.code,
            self.detail
        )
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        self.log();
        let body = json_body(&ProblemRef {
            detail: &self.detail,
            code: self.code,
        })
        .expect("two strings always serialize");
        let mut response = Response::new(body.into());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, JSON_UTF8);
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(Refusal {
            status: self.status,
            code: self.code,
            detail: self.detail,
        });
        response
    }
}

/// [`Problem`] by reference.
#[derive(Serialize)]
struct ProblemRef<'a> {
    detail: &'a str,
    code: &'a str,
}
