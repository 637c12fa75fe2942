//! Endpoints for fault rules, the clock and the signing keys.

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use serde_json::json;

use super::{error_response, parse_body};
use crate::faults::Rule;
use crate::http::json;
use crate::state::SharedState;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Offset {
    offset_seconds: i64,
}

pub(super) async fn list(State(state): State<SharedState>) -> Response {
    json(200, &json!({"faults": state.faults().rules()}))
}

pub(super) async fn set(State(state): State<SharedState>, body: Bytes) -> Response {
    match parse_body::<Rule>(&body) {
        Ok(rule) => {
            let mut faults = state.faults();
            faults.set(rule);
            json(200, &json!({"faults": faults.rules()}))
        }
        Err(detail) => error_response(400, &detail),
    }
}

pub(super) async fn clear(State(state): State<SharedState>) -> Response {
    state.faults().clear();
    json(200, &json!({"faults": []}))
}

pub(super) async fn clock(State(state): State<SharedState>, body: Bytes) -> Response {
    match parse_body::<Offset>(&body) {
        Ok(offset) => {
            state.clock.set_offset(offset.offset_seconds);
            json(200, &json!({"now": state.clock.now()}))
        }
        Err(detail) => error_response(400, &detail),
    }
}

pub(super) async fn rotate(State(state): State<SharedState>) -> Response {
    match state.keys.rotate().await {
        Ok(kid) => json(201, &json!({"kid": kid})),
        Err(error) => error_response(500, &error.to_string()),
    }
}
