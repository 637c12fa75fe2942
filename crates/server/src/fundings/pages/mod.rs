//! The pages about fundings.

mod card_view;
mod delete;
mod edit;
mod explore;
mod fields;
mod kakao_talk;
mod live;
mod open;
mod own;
mod parts;
pub mod preview;
mod review;
mod share;
pub mod show;

pub use card_view::{CardView, cards};

use crate::state::AppState;
use web::Routes;

/// `/fundings/…`, `/explore`, `/explore/supported`.
pub fn router() -> Routes<AppState> {
    explore::router()
        .merge(open::router())
        .merge(edit::router())
        .merge(delete::router())
        .merge(review::router())
        .merge(share::router())
        .merge(show::router())
        .merge(live::router())
}
