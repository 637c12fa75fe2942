//! Membership: logging in with Kakao, one's own profile and settings, leaving, suspension.

mod api;
mod clean_up;
mod device;
mod edit;
mod leave;
mod login;
pub mod pages;
mod session_api;
mod sql;
mod suspend;
mod unlink;
mod unlink_webhook;

pub use clean_up::CleanUpAfterLeaving;
pub use sql::{KakaoProfile, create};
#[cfg(feature = "sandbox")]
pub use sql::{set_bank_account, set_image};
pub use suspend::{reinstate, suspend};
pub use unlink::{UnlinkAtKakao, UnlinkedByKakao};

use crate::state::AppState;
use web::Routes;

/// Logging in and out, editing and leaving under `/account/…`, and Kakao's webhook.
pub fn router() -> Routes<AppState> {
    api::router()
        .merge(session_api::router())
        .merge(unlink_webhook::router())
}
