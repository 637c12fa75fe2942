//! The admin endpoints below `/sandbox/`: people, webhooks, the payer's buttons, the book, faults
//! and the clock. They ask for no password, which is why the sandbox stays on loopback.

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
use crate::state::Shared;

pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/sandbox/people", get(people::list).post(people::create))
        .route("/sandbox/people/{id}/token", post(people::token))
        .route("/sandbox/people/{id}/unlink", post(people::unlink))
        .route("/sandbox/people/{id}/events", post(people::event))
        .route("/sandbox/tokens", post(people::foreign_token))
        .route("/sandbox/payments/{tid}", get(payments::find))
        .route("/sandbox/payments/{tid}/{action}", post(payments::press))
        .route("/sandbox/book", get(payments::book))
        .route(
            "/sandbox/faults",
            get(controls::list)
                .put(controls::set)
                .delete(controls::clear),
        )
        .route("/sandbox/clock", put(controls::clock))
        .route("/sandbox/keys/rotation", post(controls::rotate))
}

/// Reads a JSON body; an empty one counts as `{}`. The error says what is wrong with it.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, String> {
    let text: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(text).map_err(|error| error.to_string())
}

fn refused(status: u16, detail: &str) -> Response {
    json(status, &json!({"detail": detail}))
}
