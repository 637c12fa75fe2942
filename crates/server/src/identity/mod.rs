//! Who calls: tokens, cookies, logins, and forms of our own pages.

mod caller;
mod cookies;
mod form;
pub mod sql;
pub mod tokens;
mod visitor;

use funsun_domain::time::Timestamp;

pub use caller::{FormerMember, LoginEnded, Member, bearer_of, write_as};
pub use cookies::Cookie;
pub use form::{OpenForm, SignedForm, check_form_token};
pub use sql::{SessionRow, is_live};
pub use tokens::{Bearer, TokenKind, Tokens};
pub use visitor::{PageMember, Visitor, cookie_bearer, recognise, refused_at_the_door};

use crate::db::{Conn, StorageError};
use crate::state::AppState;

/// Learns of the logins that ended at `since` or later, here or elsewhere.
///
/// # Errors
/// When the database fails.
pub async fn learn_revocations(state: &AppState, since: Timestamp) -> Result<(), StorageError> {
    let ended = state
        .db
        .read(move |conn| sql::list_revoked(conn, since))
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
    let forget = move |conn: &mut Conn| sql::delete_older(conn, oldest);
    state.db.write(forget).await
}
