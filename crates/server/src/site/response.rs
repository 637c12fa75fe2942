//! HTML responses: pages with their security headers, forms with errors, redirects after a post.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, LOCATION, VARY};
use http::{HeaderValue, StatusCode};

use web::AppError;

/// Content-Security-Policy: our own files only; images also from `data:` and `blob:`, for previews. No inline scripts
/// or styles, and scripts can't turn strings into markup (Trusted Types).
pub const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
    img-src 'self' data: blob:; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types funsun";

/// Responds 200 with a page. It is not cached, since pages differ by viewer.
///
/// # Errors
/// 500 when the template can't be rendered.
pub fn page(template: &impl Template) -> Result<Response, AppError> {
    with_status(StatusCode::OK, template)
}

/// Responds 422 with a form that shows the errors at its fields.
///
/// # Errors
/// As [`page`].
pub fn refused_form(template: &impl Template) -> Result<Response, AppError> {
    with_status(StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// Responds `status` with a page.
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

/// Redirects (303) after a successful post. `path` must be a path of this site.
pub fn see_other(path: &str) -> Response {
    let mut response = StatusCode::SEE_OTHER.into_response();
    // Our paths are ASCII; for anything else, the home page is better than an error.
    let location = HeaderValue::try_from(path).unwrap_or(HeaderValue::from_static("/"));
    response.headers_mut().insert(LOCATION, location);
    response
}
