//! The admin endpoints below `/sandbox/`: people, webhooks, payer actions, payments, faults and
//! the clock. They need no password, which is why the sandbox listens on loopback only.

mod controls;
mod payments;
mod people;

use axum::Router;
use axum::body::Bytes;
use axum::response::Response;
use axum::routing::{get, post, put};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::http::json;
use crate::state::SharedState;

pub(crate) fn router() -> Router<SharedState> {
    Router::new()
        .route("/sandbox/people", get(people::list).post(people::create))
        .route("/sandbox/people/{id}/token", post(people::token))
        .route("/sandbox/people/{id}/unlink", post(people::unlink))
        .route("/sandbox/people/{id}/events", post(people::event))
        .route("/sandbox/tokens", post(people::foreign_token))
        .route("/sandbox/payments/{tid}", get(payments::find))
        .route(
            "/sandbox/payments/{tid}/{action}",
            post(payments::payer_action),
        )
        .route("/sandbox/book", get(payments::list))
        .route(
            "/sandbox/faults",
            get(controls::list)
                .put(controls::set)
                .delete(controls::clear),
        )
        .route("/sandbox/clock", put(controls::clock))
        .route("/sandbox/keys/rotation", post(controls::rotate))
}

/// Parses a JSON body; an empty one counts as `{}`. The error is a message for the caller.
fn parse_body<T: DeserializeOwned>(body: &Bytes) -> Result<T, String> {
    let text: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(text).map_err(|error| error.to_string())
}

fn error_response(status: u16, detail: &str) -> Response {
    json(status, &json!({"detail": detail}))
}
