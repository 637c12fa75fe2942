//! A route for tests that moves the clock. Only with the `test_clock` setting, never in production.

use axum::Router;
use axum::extract::State;
use axum::routing::put;

use crate::state::AppState;
use web::{AppError, Input};

/// `PUT /dev/clock`: `offset_seconds` sets our clock ahead of the system's and wakes the workers.
pub fn router() -> Router<AppState> {
    Router::new().route("/dev/clock", put(set_clock))
}

async fn set_clock(State(state): State<AppState>, input: Input) -> Result<(), AppError> {
    state.clock.set_offset(input.integer("offset_seconds")?);
    state.sweep_now.wake_all();
    state.jobs_now.notify_one();
    Ok(())
}
