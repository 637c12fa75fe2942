//! The admin endpoints below `/sandbox/`: people, webhooks, the payer's buttons, the book, faults
//! and the clock. They ask for no password, which is why the sandbox stays on loopback.

mod money;
mod people;
mod switches;

use axum::Router;
use axum::body::Bytes;
use axum::response::Response;
use axum::routing::{get, post, put};
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::exchange::json;
use crate::state::Shared;

pub(crate) fn router() -> Router<Shared> {
    Router::new()
        .route("/sandbox/people", get(people::list).post(people::create))
        .route("/sandbox/people/{id}/token", post(people::token))
        .route("/sandbox/people/{id}/unlink", post(people::unlink))
        .route("/sandbox/people/{id}/events", post(people::event))
        .route("/sandbox/tokens", post(people::foreign_token))
        .route("/sandbox/payments/{tid}", get(money::find))
        .route("/sandbox/payments/{tid}/{action}", post(money::press))
        .route("/sandbox/book", get(money::book))
        .route(
            "/sandbox/faults",
            get(switches::list)
                .put(switches::set)
                .delete(switches::clear),
        )
        .route("/sandbox/clock", put(switches::clock))
        .route("/sandbox/keys/rotation", post(switches::rotate))
}

/// Reads a JSON body; an empty one counts as `{}`. The error says what is wrong with it.
fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, String> {
    let text: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(text).map_err(|error| error.to_string())
}

fn refused(status: u16, detail: &str) -> Response {
    json(status, &json!({"detail": detail}))
}
