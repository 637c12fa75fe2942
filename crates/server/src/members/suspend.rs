//! Suspending a member and lifting the suspension, by an operator.

use funsun_domain::ids::KakaoId;
use funsun_domain::time::Timestamp;

use super::sql;
use crate::db::{Conn, StorageError};
use crate::identity::sessions;
use crate::{fundings, people};

/// Suspends a member: every session ends, the member's fundings are hidden and accept no more supports.
/// `false` when no member has this id. Running servers apply it within two seconds.
///
/// # Errors
/// When the database fails.
pub fn suspend(conn: &mut Conn, id: KakaoId, now: Timestamp) -> Result<bool, StorageError> {
    let Some(key) = people::find_key(conn, id)? else {
        return Ok(false);
    };
    sql::set_suspended(conn, key, Some(now))?;
    sessions::end_all_of(conn, key, None, now)?;
    fundings::hide_all_of(conn, key)?;
    Ok(true)
}

/// Lifts a suspension. `false` when no member has this id.
///
/// # Errors
/// When the database fails.
pub fn reinstate(conn: &mut Conn, id: KakaoId) -> Result<bool, StorageError> {
    let Some(key) = people::find_key(conn, id)? else {
        return Ok(false);
    };
    sql::set_suspended(conn, key, None)?;
    fundings::show_all_of(conn, key)?;
    Ok(true)
}
