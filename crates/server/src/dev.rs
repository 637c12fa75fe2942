//! The clock of a test: a route that exists only when the `test_clock` setting is on, never in production.

use axum::Router;
use axum::extract::State;
use axum::routing::put;

use crate::state::AppState;
use web::{AppError, Input};

/// `PUT /dev/clock`: `offset_seconds` moves our clock ahead of the system's, and the workers look around.
pub fn router() -> Router<AppState> {
    Router::new().route("/dev/clock", put(set_clock))
}

async fn set_clock(State(state): State<AppState>, input: Input) -> Result<(), AppError> {
    state.clock.set_offset(input.integer("offset_seconds")?);
    state.sweep_now.notify_one();
    state.jobs_now.notify_one();
    Ok(())
}
