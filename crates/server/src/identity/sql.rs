//! Statements about sessions.

use diesel::dsl::exists;
use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, SessionId};
use funsun_domain::time::Timestamp;

use crate::db::schema::{accounts, sessions};
use crate::db::{Conn, StorageError, dialect};

/// Most sessions that are listed.
const LISTED_MAX: i64 = 50;

/// A session as its owner sees it.
#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    pub id: i64,
    pub device: Option<String>,
    pub created_at: i64,
    pub last_used_at: i64,
}

/// Starts a session; `device` is the name under which its owner sees it.
pub fn create(
    conn: &mut Conn,
    key: AccountKey,
    device: Option<&str>,
    now: Timestamp,
) -> Result<SessionId, StorageError> {
    diesel::insert_into(sessions::table)
        .values((
            sessions::account_id.eq(key.get()),
            sessions::device.eq(device),
            sessions::created_at.eq(now.micros()),
            sessions::last_used_at.eq(now.micros()),
        ))
        .execute(conn)?;
    SessionId::new(dialect::last_insert_id(conn)?).map_err(StorageError::corrupt)
}

/// Whether a session of this member has not ended, and the member has neither left nor is suspended.
pub fn is_renewable(
    conn: &mut Conn,
    key: AccountKey,
    session: SessionId,
) -> Result<bool, StorageError> {
    let member = accounts::table
        .find(key.get())
        .filter(accounts::withdrawn_at.is_null())
        .filter(accounts::suspended_at.is_null());
    let alive = sessions::table
        .find(session.get())
        .filter(sessions::account_id.eq(key.get()))
        .filter(sessions::revoked_at.is_null())
        .filter(exists(member));
    Ok(diesel::select(exists(alive)).get_result(conn)?)
}

/// Records that a session is in use.
pub fn touch(conn: &mut Conn, session: SessionId, now: Timestamp) -> Result<(), StorageError> {
    diesel::update(sessions::table.find(session.get()))
        .set(sessions::last_used_at.eq(now.micros()))
        .execute(conn)?;
    Ok(())
}

/// Whether a session has not ended, by a logout or because its member left or was suspended.
pub fn is_live(conn: &mut Conn, session: SessionId) -> Result<bool, StorageError> {
    let live = sessions::table
        .find(session.get())
        .filter(sessions::revoked_at.is_null());
    Ok(diesel::select(exists(live)).get_result(conn)?)
}

/// As [`is_live`], for a transaction that changes something as the session's member. Where transactions run in
/// parallel, one that ends the session meanwhile conflicts with it, and a session that began while its member was
/// suspended counts as ended.
pub fn hold_live(
    conn: &mut Conn,
    key: AccountKey,
    session: SessionId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    if !dialect::has_parallel_writers(conn) {
        return is_live(conn, session);
    }
    let live = sessions::table
        .filter(sessions::id.eq(session.get()))
        .filter(sessions::revoked_at.is_null());
    let held = diesel::update(live)
        .set(sessions::last_used_at.eq(now.micros()))
        .execute(conn)?;
    Ok(held == 1 && is_renewable(conn, key, session)?)
}

/// The sessions of a member that have not ended, most recently used first.
pub fn list_live(conn: &mut Conn, key: AccountKey) -> Result<Vec<SessionRow>, StorageError> {
    Ok(sessions::table
        .filter(sessions::account_id.eq(key.get()))
        .filter(sessions::revoked_at.is_null())
        .order(sessions::last_used_at.desc())
        .select(SessionRow::as_select())
        .limit(LISTED_MAX)
        .load(conn)?)
}

/// Ends one session of this member. `false` when there is no such session, or it had ended.
pub fn revoke(
    conn: &mut Conn,
    key: AccountKey,
    session: SessionId,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let session = sessions::table
        .find(session.get())
        .filter(sessions::account_id.eq(key.get()))
        .filter(sessions::revoked_at.is_null());
    let ended = diesel::update(session)
        .set(sessions::revoked_at.eq(now.micros()))
        .execute(conn)?;
    Ok(ended == 1)
}

/// Ends every session of this member, `except` one; returns those that it ended.
pub fn revoke_all(
    conn: &mut Conn,
    key: AccountKey,
    except: Option<SessionId>,
    now: Timestamp,
) -> Result<Vec<SessionId>, StorageError> {
    // No row has the id 0.
    let spared = except.map_or(0, SessionId::get);
    let live = sessions::table
        .filter(sessions::account_id.eq(key.get()))
        .filter(sessions::id.ne(spared))
        .filter(sessions::revoked_at.is_null());
    let ids: Vec<i64> = live.select(sessions::id).load(conn)?;
    diesel::update(live)
        .set(sessions::revoked_at.eq(now.micros()))
        .execute(conn)?;
    ids.into_iter()
        .map(|id| SessionId::new(id).map_err(StorageError::corrupt))
        .collect()
}

/// Sessions that were ended at `since` or later.
pub fn list_revoked(conn: &mut Conn, since: Timestamp) -> Result<Vec<SessionId>, StorageError> {
    let ids: Vec<i64> = sessions::table
        .filter(sessions::revoked_at.ge(since.micros()))
        .select(sessions::id)
        .load(conn)?;
    ids.into_iter()
        .map(|id| SessionId::new(id).map_err(StorageError::corrupt))
        .collect()
}

/// Whether the member has logged in after `moment`.
pub fn has_logged_in_since(
    conn: &mut Conn,
    key: AccountKey,
    moment: Timestamp,
) -> Result<bool, StorageError> {
    let later = sessions::table
        .filter(sessions::account_id.eq(key.get()))
        .filter(sessions::created_at.gt(moment.micros()));
    Ok(diesel::select(exists(later)).get_result(conn)?)
}

/// Deletes sessions that began before `moment`: all their tokens have expired.
pub fn delete_older(conn: &mut Conn, moment: Timestamp) -> Result<usize, StorageError> {
    let older = sessions::table.filter(sessions::created_at.lt(moment.micros()));
    Ok(diesel::delete(older).execute(conn)?)
}
