//! Members: logging in with Kakao, tokens, profiles, search, leaving.

mod api;
pub mod caller;
mod cookies;
mod device;
mod edit;
mod login;
pub mod pages;
mod picture_field;
pub mod profile;
pub mod search_sql;
mod session_api;
mod session_sql;
mod signed_form;
pub mod sql;
mod suspend;
pub mod tokens;
pub mod unlink;
mod unlink_webhook;
pub mod visitor;
mod withdraw;

use funsun_domain::time::Timestamp;
use utoipa_axum::router::OpenApiRouter;

pub use api::{gone, picture_edit};
pub use caller::{LoginEnded, Member, Viewer, bearer_of, write_as};
pub use edit::PictureEdit;
pub use picture_field::{IMAGE, PictureField, REVIEW_IMAGE, kept_picture, read_picture};
pub use profile::{Author, face};
pub use session_sql::is_live;
pub use signed_form::{OpenForm, SignedForm, must_be_signed};
pub use suspend::{reinstate, suspend};
pub use visitor::{PageMember, Visitor};

use crate::db::{Conn, StorageError};
use crate::state::AppState;

/// `/account/…` and Kakao's webhook.
pub fn router() -> OpenApiRouter<AppState> {
    api::router()
        .merge(session_api::router())
        .merge(unlink_webhook::router())
}

/// Learns of the logins that ended at `since` or later, here or elsewhere.
///
/// # Errors
/// When the database fails.
pub async fn learn_revocations(state: &AppState, since: Timestamp) -> Result<(), StorageError> {
    let ended = state
        .db
        .read(move |conn| session_sql::list_revoked(conn, since))
        .await?;
    if !ended.is_empty() {
        state.tokens.revoke(ended, state.clock.now());
    }
    Ok(())
}

/// Forgets logins whose last token has expired.
///
/// # Errors
/// When the database fails.
pub async fn forget_old_logins(state: &AppState) -> Result<usize, StorageError> {
    let life = i64::try_from(state.config.refresh_token_life.as_secs()).unwrap_or(i64::MAX);
    let oldest = state.clock.now().plus_seconds(-life).plus_seconds(-86_400);
    let forget = move |conn: &mut Conn| session_sql::delete_older(conn, oldest);
    state.db.write(forget).await
}
