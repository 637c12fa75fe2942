//! The pages about fundings.

mod card_view;
mod explore;
mod home;
mod kakao_talk;
mod live;
mod manage;
mod parts;
pub mod preview;
mod share;
pub mod show;

use axum::Router;

pub use card_view::{CardView, cards};

use crate::state::AppState;

/// `/`, `/fundings/…`, `/explore…`.
pub fn router() -> Router<AppState> {
    home::router()
        .merge(explore::router())
        .merge(manage::router())
        .merge(share::router())
        .merge(show::router())
        .merge(live::router())
}
