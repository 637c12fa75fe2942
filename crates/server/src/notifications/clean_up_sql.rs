//! Statements that remove notifications: old ones, and those of former members.

use diesel::prelude::*;
use funsun_domain::ids::AccountKey;
use funsun_domain::time::Timestamp;

use super::kind::Kind;
use crate::db::schema::{notifications, preferences};
use crate::db::{Batch, Conn, StorageError};

/// Removes a batch of a former member's notifications.
///
/// # Errors
/// When the database fails.
pub fn delete_some_of(
    conn: &mut Conn,
    key: AccountKey,
    batch: Batch,
) -> Result<Option<Batch>, StorageError> {
    let ids: Vec<i64> = notifications::table
        .filter(notifications::account_id.eq(key.get()))
        .filter(notifications::id.gt(batch.after))
        .order(notifications::id)
        .select(notifications::id)
        .limit(batch.limit)
        .load(conn)?;
    diesel::delete(notifications::table.filter(notifications::id.eq_any(&ids))).execute(conn)?;
    Ok(batch.next(&ids))
}

/// Of a batch of the notifications that a former member caused, removes those that are about that member alone.
///
/// # Errors
/// When the database fails.
pub fn delete_some_about(
    conn: &mut Conn,
    actor: AccountKey,
    batch: Batch,
) -> Result<Option<Batch>, StorageError> {
    let ids: Vec<i64> = notifications::table
        .filter(notifications::actor_id.eq(actor.get()))
        .filter(notifications::id.gt(batch.after))
        .order(notifications::id)
        .select(notifications::id)
        .limit(batch.limit)
        .load(conn)?;
    let alone = [Kind::Followed, Kind::FriendBirthday].map(Kind::as_str);
    let about = notifications::table
        .filter(notifications::id.eq_any(&ids))
        .filter(notifications::kind.eq_any(alone));
    diesel::delete(about).execute(conn)?;
    Ok(batch.next(&ids))
}

/// Removes a member's preferences.
pub fn delete_preferences(conn: &mut Conn, key: AccountKey) -> Result<(), StorageError> {
    diesel::delete(preferences::table.find(key.get())).execute(conn)?;
    Ok(())
}

/// Removes up to `most` notifications created before `moment`; returns how many.
pub fn delete_older(conn: &mut Conn, moment: Timestamp, most: i64) -> Result<usize, StorageError> {
    let ids: Vec<i64> = notifications::table
        .filter(notifications::created_at.lt(moment.micros()))
        .select(notifications::id)
        .limit(most)
        .load(conn)?;
    let older = notifications::table.filter(notifications::id.eq_any(ids));
    Ok(diesel::delete(older).execute(conn)?)
}
