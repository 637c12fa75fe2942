//! The pages about members: logging in and out.

mod login;

use axum::Router;

use crate::state::AppState;

/// `/login…`, `/logout`.
pub fn router() -> Router<AppState> {
    login::router()
}
