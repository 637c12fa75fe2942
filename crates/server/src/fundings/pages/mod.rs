//! The pages about fundings.

mod home;

use axum::Router;

use crate::state::AppState;

/// `/`, `/fundings/…`, `/explore…`.
pub fn router() -> Router<AppState> {
    home::router()
}
