//! The pages about members: logging in and out, settings.

mod login;
mod me;
mod settings;

use axum::Router;

use crate::state::AppState;

/// `/login…`, `/logout`, `/settings…`.
pub fn router() -> Router<AppState> {
    login::router()
        .merge(settings::router())
        .merge(me::router())
}
