//! Health checks, and a page that lists the operator's commands.

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::header::CONTENT_SECURITY_POLICY;
use utoipa_axum::routes;

use crate::db;
use crate::state::AppState;
use web::{AppError, Problem, Routes};

/// `/admin/`, `/healthz`, `/readyz`.
pub fn router() -> Routes<AppState> {
    Routes::new()
        .operations(routes!(admin))
        .operations(routes!(healthy))
        .operations(routes!(ready))
}

/// Where an operator finds what to do
///
/// There is nothing to log in to: members are suspended and the books are audited on the server's command line.
#[utoipa::path(get, path = "/admin/", tag = "operation",
    responses((status = 200, description = "the commands", body = String, content_type = "text/html", example = "<!doctype html>…")))]
async fn admin() -> Response {
    let policy = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'";
    let page = Html(include_str!("../templates/admin.html"));
    ([(CONTENT_SECURITY_POLICY, policy)], page).into_response()
}

/// The process is up
#[utoipa::path(get, path = "/healthz", tag = "operation",
    responses((status = 200, description = "up", body = String, content_type = "text/plain", example = "ok\n")))]
async fn healthy() -> &'static str {
    "ok\n"
}

/// The service can do its work
#[utoipa::path(get, path = "/readyz", tag = "operation",
    responses(
        (status = 200, description = "the database answers", body = String, content_type = "text/plain", example = "ok\n"),
        (status = 503, description = "it does not", body = Problem),
    ))]
async fn ready(State(state): State<AppState>) -> Result<&'static str, AppError> {
    state
        .db
        .read(db::ping)
        .await
        .map(|()| "ok\n")
        .map_err(|error| {
            AppError::unavailable("database", "the database does not answer").with_source(error)
        })
}
