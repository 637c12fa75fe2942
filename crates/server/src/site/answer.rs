//! HTML answers: a page with its policies, a form that is shown again, the way on after a post.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, VARY};
use http::{HeaderValue, StatusCode};

use web::AppError;

/// Nothing but our own files; pictures also from memory, for previews. No inline script or style at all, and
/// scripts may not turn text into markup (Trusted Types).
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types funsun";

/// Answers 200 with a page. It is kept by no cache: pages differ by who looks.
///
/// # Errors
/// 500 when the template can't be rendered.
pub fn page(template: &impl Template) -> Result<Response, AppError> {
    with_status(StatusCode::OK, template)
}

/// Answers 422 with a form that says at its fields what to change.
///
/// # Errors
/// As [`page`].
pub fn refused_form(template: &impl Template) -> Result<Response, AppError> {
    with_status(StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// Answers `status` with a page.
///
/// # Errors
/// As [`page`].
pub fn with_status(status: StatusCode, template: &impl Template) -> Result<Response, AppError> {
    let html = template.render().map_err(AppError::internal)?;
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    headers.insert(VARY, HeaderValue::from_static("Cookie, Accept-Language"));
    Ok(response)
}

/// Answers 303: what was posted is done, look there. `path` must be one of our own.
pub fn see_other(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    // A path of ours is ASCII already; anything else leads home rather than nowhere.
    let location = HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, location);
    response
}
