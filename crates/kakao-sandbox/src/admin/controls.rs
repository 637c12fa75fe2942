//! Faults, the clock and the signing keys.

use axum::body::Bytes;
use axum::extract::State as Given;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::{read, refused};
use crate::faults::Rule;
use crate::http::json;
use crate::state::Shared;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offset {
    offset_seconds: i64,
}

pub(super) async fn list(Given(state): Given<Shared>) -> Response {
    json(200, &json!({"faults": state.faults().rules()}))
}

pub(super) async fn set(Given(state): Given<Shared>, body: Bytes) -> Response {
    match read::<Rule>(&body) {
        Ok(rule) => {
            let mut faults = state.faults();
            faults.set(rule);
            json(200, &json!({"faults": faults.rules()}))
        }
        Err(detail) => refused(400, &detail),
    }
}

pub(super) async fn clear(Given(state): Given<Shared>) -> Response {
    state.faults().clear();
    json(200, &json!({"faults": []}))
}

pub(super) async fn clock(Given(state): Given<Shared>, body: Bytes) -> Response {
    match read::<Offset>(&body) {
        Ok(offset) => {
            state.clock.set_offset(offset.offset_seconds);
            json(200, &json!({"now": state.clock.now()}))
        }
        Err(detail) => refused(400, &detail),
    }
}

pub(super) async fn rotate(Given(state): Given<Shared>) -> Response {
    match state.keys.rotate().await {
        Ok(kid) => json(201, &json!({"kid": kid})),
        Err(error) => refused(500, &error.to_string()),
    }
}
