//! The pages about fundings.

mod card_view;
mod explore;
mod home;
pub mod show;

use axum::Router;

pub use card_view::{CardView, cards};

use crate::state::AppState;

/// `/`, `/fundings/…`, `/explore…`.
pub fn router() -> Router<AppState> {
    home::router()
        .merge(explore::router())
        .merge(show::router())
}
