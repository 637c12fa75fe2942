//! Notifications: what members are told of what happens around them, in a list and as Web Push.
//!
//! An event is told in its own transaction, once (`events.rs`, `tell.rs`). What concerns many is told by jobs
//! (`fan_out.rs`, `birthdays.rs`). What may be read is decided when it is read (`list.rs`).

mod birthdays;
mod events;
mod fan_out;
mod kind;
mod list;
mod notify;
pub mod pages;
pub mod preferences;
mod push;
mod push_api;
mod push_sql;
mod sql;
mod words;

use funsun_domain::ids::AccountKey;
use funsun_domain::time::Timestamp;

pub use birthdays::tell_birthdays;
pub use events::{
    followed, funding_opened, goal_may_be_reached, refunded, reviewed, supported, thanked,
};
pub use fan_out::tell_everybody;
pub use kind::Kind;
pub use list::{list, mark_all_read, unread_count};
pub use preferences::Preferences;
pub use push::push;
pub use push_api::router as push_router;
pub use words::words;

use crate::db::{Conn, StorageError};
use crate::people;
use crate::site::Me;
use crate::state::AppState;

/// How long notifications are kept, in seconds: 90 days.
const KEPT_SECONDS: i64 = 90 * 86_400;
/// Notifications removed in one transaction.
const FORGOTTEN_AT_ONCE: i64 = 1_000;

/// Removes everything that a member who leaves was told, chose and subscribed to.
///
/// # Errors
/// When the database fails.
pub fn forget_all_of(conn: &mut Conn, key: AccountKey) -> Result<(), StorageError> {
    sql::delete_all_of(conn, key)?;
    push_sql::delete_all_of(conn, key)
}

/// Forgets what was told more than 90 days ago; gives back how many.
///
/// # Errors
/// When the database fails.
pub async fn forget_old(state: &AppState) -> Result<usize, StorageError> {
    let oldest: Timestamp = state.clock.now().plus_seconds(-KEPT_SECONDS);
    let mut forgotten = 0;
    loop {
        let forget = move |conn: &mut Conn| sql::delete_older(conn, oldest, FORGOTTEN_AT_ONCE);
        let count = state.db.write(forget).await?;
        forgotten += count;
        if i64::try_from(count).unwrap_or(FORGOTTEN_AT_ONCE) < FORGOTTEN_AT_ONCE {
            return Ok(forgotten);
        }
    }
}

/// What the frame of a page shows of the member who requests it.
///
/// # Errors
/// When the database fails.
pub fn find_me(conn: &mut Conn, key: AccountKey) -> Result<Option<Me>, StorageError> {
    let profile = people::find_own(conn, key)?;
    let unread = unread_count(conn, key)?;
    Ok(profile.map(|row| Me {
        username: row.username,
        unread,
    }))
}
