//! The pages about members: logging in and out, settings.

mod login;
mod me;
mod settings;

use crate::state::AppState;
use web::Routes;

/// `/login…`, `/logout`, `/settings…`.
pub fn router() -> Routes<AppState> {
    login::router()
        .merge(settings::router())
        .merge(me::router())
}
