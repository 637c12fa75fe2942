//! Membership: logging in with Kakao, one's own profile and settings, leaving, suspension.

mod api;
mod device;
mod edit;
mod leave;
pub mod login;
pub mod pages;
mod session_api;
pub mod sql;
mod suspend;
mod unlink;
mod unlink_webhook;

use utoipa_axum::router::OpenApiRouter;

pub use sql::{KakaoFacts, create, set_bank_account, set_image};
pub use suspend::{reinstate, suspend};
pub use unlink::{UnlinkAtKakao, UnlinkedByKakao};

use crate::state::AppState;

/// `/account/…` and Kakao's webhook.
pub fn router() -> OpenApiRouter<AppState> {
    api::router()
        .merge(session_api::router())
        .merge(unlink_webhook::router())
}
