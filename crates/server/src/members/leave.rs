//! Leaving: personal data goes, money records stay under a pseudonym.

use funsun_domain::ids::{AccountKey, SessionId};
use funsun_domain::time::Timestamp;

use super::sql;
use super::unlink::UnlinkAtKakao;
use crate::db::{Conn, StorageError};
use crate::identity::sessions;
use crate::jobs;
use crate::state::AppState;
use crate::{follows, fundings, media, notifications, payments, supports};

/// What became of a wish to leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// The account is gone now.
    Done,
    /// It was gone before.
    AlreadyGone,
}

/// Withdraws a member: their fundings are deleted and everybody who paid is refunded, payments that no
/// support took are refunded, follows end, every login ends, personal data is removed. Supports they
/// gave stay with their fundings under a pseudonym. A later login makes a fresh account.
///
/// # Errors
/// When the database fails; nothing has changed then.
pub async fn withdraw(state: &AppState, key: AccountKey) -> Result<Withdrawal, StorageError> {
    let (now, timing) = (state.clock.now(), payments::Timing::from(&state.config));
    let ended = state
        .db
        .write(move |conn| withdraw_in(conn, key, now, timing))
        .await?;
    let Some(sessions) = ended else {
        return Ok(Withdrawal::AlreadyGone);
    };
    state.tokens.revoke(sessions, now);
    state.sweep_now.notify_one();
    state.jobs_now.notify_one();
    Ok(Withdrawal::Done)
}

fn withdraw_in(
    conn: &mut Conn,
    key: AccountKey,
    now: Timestamp,
    timing: payments::Timing,
) -> Result<Option<Vec<SessionId>>, StorageError> {
    let Some(profile) = sql::find_own(conn, key)? else {
        return Ok(None);
    };
    fundings::delete_all_of(conn, key, now, timing)?;
    payments::refund::refund_unattached_of(conn, key, now, timing)?;
    supports::forget_messages_of(conn, key)?;
    follows::end_all_of(conn, key)?;
    notifications::forget_all_of(conn, key)?;
    let sessions = sessions::end_all_of(conn, key, None, now)?;
    sql::anonymise(conn, key, now)?;
    if let Some(image) = profile.image {
        media::release(conn, &image, now)?;
    }
    if let Some(id) = profile.kakao_id {
        let id = id.try_into().map_err(StorageError::corrupt)?;
        jobs::enqueue(conn, &UnlinkAtKakao(id), now)?;
    }
    Ok(Some(sessions))
}
