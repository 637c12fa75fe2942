//! Sessions: one for each login, from its start until it is ended or its refresh token expires.

use funsun_domain::ids::{AccountKey, SessionId};
use funsun_domain::time::Timestamp;

use super::caller::Member;
use super::sql;
use super::tokens::{Bearer, TokenKind};
use crate::db::{Conn, StorageError};
use crate::state::AppState;

pub use super::sql::{
    SessionRow, create, has_logged_in_since, is_live, list_live, revoke_all as end_all_of,
};

/// Which of a member's sessions to end.
#[derive(Clone, Copy, Debug)]
pub enum Sessions {
    /// The session of this request.
    Current,
    /// All sessions.
    All,
    /// All sessions except that of this request.
    Others,
}

/// Verifies a refresh token before the next access token is issued; the refresh token stays valid. `None` when the token
/// is invalid, the session has ended, or the member has left or is suspended.
///
/// # Errors
/// When the database fails.
pub async fn refresh(state: &AppState, token: &str) -> Result<Option<Bearer>, StorageError> {
    let now = state.clock.now();
    let Some(bearer) = state.tokens.read(TokenKind::Refresh, token, now) else {
        return Ok(None);
    };
    let Bearer { account, session } = bearer;
    let check = move |conn: &mut Conn| sql::is_renewable(conn, account, session);
    // The login may be so new that only another node of a cluster knows it.
    let is_renewable =
        state.db.read(check).await? || (state.db.catch_up().await? && state.db.read(check).await?);
    if !is_renewable {
        return Ok(None);
    }
    // Its list shows when a session was last used. Nobody waits for that, nor is logged out where nothing can be written.
    let db = state.db.clone();
    tokio::spawn(async move {
        if let Err(error) = db.write(move |conn| sql::touch(conn, session, now)).await {
            tracing::debug!(%error, "the use of a session was not recorded");
        }
    });
    Ok(Some(bearer))
}

/// Ends sessions of a member.
///
/// # Errors
/// When the database fails.
pub async fn end(state: &AppState, member: Member, which: Sessions) -> Result<(), StorageError> {
    let now = state.clock.now();
    let end = move |conn: &mut Conn| end_in(conn, member, which, now);
    let ended = state.db.write(end).await?;
    state.tokens.revoke(ended, now);
    Ok(())
}

/// Ends one session of this member, on any device.
///
/// # Errors
/// When the database fails.
pub async fn end_one(
    state: &AppState,
    key: AccountKey,
    session: SessionId,
) -> Result<(), StorageError> {
    let now = state.clock.now();
    let end = move |conn: &mut Conn| sql::revoke(conn, key, session, now);
    if state.db.write(end).await? {
        state.tokens.revoke([session], now);
    }
    Ok(())
}

fn end_in(
    conn: &mut Conn,
    Member { key, session }: Member,
    which: Sessions,
    now: Timestamp,
) -> Result<Vec<SessionId>, StorageError> {
    match which {
        Sessions::Current => {
            sql::revoke(conn, key, session, now)?;
            Ok(vec![session])
        }
        Sessions::All => sql::revoke_all(conn, key, None, now),
        Sessions::Others => sql::revoke_all(conn, key, Some(session), now),
    }
}

/// Loads the sessions that this node or another ended at `since` or later.
///
/// # Errors
/// When the database fails.
pub async fn load_revocations(state: &AppState, since: Timestamp) -> Result<(), StorageError> {
    let list = move |conn: &mut Conn| sql::list_revoked(conn, since);
    let ended = state.db.read(list).await?;
    if !ended.is_empty() {
        state.tokens.revoke(ended, state.clock.now());
    }
    Ok(())
}

/// Deletes sessions whose last token has expired; returns how many.
///
/// # Errors
/// When the database fails.
pub async fn delete_expired(state: &AppState) -> Result<usize, StorageError> {
    let life = i64::try_from(state.config.refresh_token_lifetime.as_secs()).unwrap_or(i64::MAX);
    let oldest = state.clock.now().plus_seconds(-life).plus_seconds(-86_400);
    let delete = move |conn: &mut Conn| sql::delete_older(conn, oldest);
    state.db.write(delete).await
}
