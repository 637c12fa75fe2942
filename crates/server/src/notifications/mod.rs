//! Notifications of events that concern a member, in a list and as Web Push messages.
//!
//! A member is notified of an event once, in the event's transaction (`events.rs`, `notify.rs`). Events that concern
//! many members are handled by jobs (`fan_out.rs`, `birthdays.rs`). Visibility is checked at read time (`list.rs`).

mod birthdays;
mod clean_up_sql;
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
mod render;
mod sql;

use funsun_domain::ids::AccountKey;
use funsun_domain::time::Timestamp;

pub use birthdays::notify_of_birthdays;
pub use clean_up_sql::{delete_some_about, delete_some_of};
pub use events::{
    RefundEvent, SupportEvent, ThanksEvent, followed, funding_opened, goal_reached, refunded,
    reviewed, supported, thanked,
};
pub use fan_out::NotifySupporters;
pub use kind::Kind;
pub use list::{list, mark_all_read, unread_count};
pub use preferences::Preferences;
pub use push::PushMessage;
pub use push_api::router as push_router;
pub use render::render;

use crate::db::{Conn, StorageError};
use crate::people;
use crate::site::Me;
use crate::state::AppState;

/// Retention of notifications, in seconds: 90 days.
const KEPT_SECONDS: i64 = 90 * 86_400;
/// Notifications deleted in one transaction.
const DELETED_AT_ONCE: i64 = 1_000;

/// Removes the preferences and subscriptions of a member who leaves.
///
/// # Errors
/// When the database fails.
pub fn delete_settings_of(conn: &mut Conn, key: AccountKey) -> Result<(), StorageError> {
    clean_up_sql::delete_preferences(conn, key)?;
    push_sql::delete_all_of(conn, key)
}

/// Deletes notifications older than 90 days; returns how many.
///
/// # Errors
/// When the database fails.
pub async fn delete_old(state: &AppState) -> Result<usize, StorageError> {
    let oldest: Timestamp = state.clock.now().plus_seconds(-KEPT_SECONDS);
    let mut deleted = 0;
    loop {
        let delete =
            move |conn: &mut Conn| clean_up_sql::delete_older(conn, oldest, DELETED_AT_ONCE);
        let count = state.db.write(delete).await?;
        deleted += count;
        if i64::try_from(count).unwrap_or(DELETED_AT_ONCE) < DELETED_AT_ONCE {
            return Ok(deleted);
        }
    }
}

/// The data that a page's frame shows of the member who requests it.
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
