//! Health checks, and a page that lists the operator's commands.

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::header::CONTENT_SECURITY_POLICY;
use utoipa_axum::routes;

use crate::db::{self, Conn, StorageError};
use crate::payments::{operate, reviews};
use crate::state::AppState;
use web::{AppError, Problem, QueryInput, Routes};

/// `/admin/`, `/healthz`, `/readyz`.
pub fn router() -> Routes<AppState> {
    Routes::new()
        .operations(routes!(admin))
        .operations(routes!(healthy))
        .operations(routes!(ready))
}

/// Where an operator finds what to do
///
/// There is nothing to log in to: members are suspended, the books are audited and payments resolved on the server's command line.
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
///
/// The check commits a transaction, at most once a second. With `?verbose`: how many payments need a person, and since how many seconds the longest due one of each list of
/// unfinished payments waits.
#[utoipa::path(get, path = "/readyz", tag = "operation",
    params(("verbose" = Option<String>, Query, description = "add details")),
    responses(
        (status = 200, description = "the database can be read and written", body = String, content_type = "text/plain", example = "ok\n"),
        (status = 503, description = "it can't", body = Problem),
    ))]
async fn ready(State(state): State<AppState>, query: QueryInput) -> Result<String, AppError> {
    let now = state.clock.now();
    let verbose = query.optional_text("verbose")?.is_some();
    let read = move |conn: &mut Conn| -> Result<String, StorageError> {
        db::ping(conn)?;
        let mut text = String::from("ok\n");
        if verbose {
            text += &format!("payments_needing_review {}\n", reviews::count_open(conn)?);
            for (sweep, age) in operate::backlog(conn, now)? {
                let (list, seconds) = (sweep.as_str(), age.unwrap_or(0));
                text += &format!("payments_oldest_due_seconds{{list=\"{list}\"}} {seconds}\n");
            }
        }
        Ok(text)
    };
    let mut text = state.db.read(read).await?;
    state.db.check_writes().await?;
    if verbose {
        for (name, value) in state.db.counts() {
            text += &format!("{name} {value}\n");
        }
    }
    Ok(text)
}
