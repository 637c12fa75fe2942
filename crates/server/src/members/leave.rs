//! Leaving: personal data is removed, money records stay under a pseudonym.

use funsun_domain::ids::{AccountKey, SessionId};

use super::unlink::UnlinkAtKakao;
use super::{clean_up, sql};
use crate::db::{Conn, StorageError};
use crate::identity::sessions;
use crate::payments::{self, StepContext};
use crate::state::AppState;
use crate::{fundings, jobs, media, notifications, people};

/// The outcome of leaving.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeaveOutcome {
    /// The membership has ended now.
    Done,
    /// It had ended before.
    AlreadyGone,
}

/// Ends a membership: the member's fundings are deleted and their payers are refunded, payments without a
/// support are refunded, follows end, every session ends, personal data is removed. Supports that the member
/// gave stay with their fundings under a pseudonym. A later login creates a new account.
///
/// All of it is hidden when this returns; what has no bound is removed by [`clean_up`].
///
/// # Errors
/// When the database fails; nothing has changed then.
pub async fn leave(state: &AppState, key: AccountKey) -> Result<LeaveOutcome, StorageError> {
    let cx = StepContext::new(state);
    let ended = state.db.write(move |conn| leave_in(conn, key, cx)).await?;
    let Some(sessions) = ended else {
        return Ok(LeaveOutcome::AlreadyGone);
    };
    state.tokens.revoke(sessions, cx.now);
    state.sweep_now.wake_all();
    state.jobs_now.notify_one();
    Ok(LeaveOutcome::Done)
}

fn leave_in(
    conn: &mut Conn,
    key: AccountKey,
    cx: StepContext,
) -> Result<Option<Vec<SessionId>>, StorageError> {
    let Some(profile) = people::find_own(conn, key)? else {
        return Ok(None);
    };
    fundings::hide_for_good_all_of(conn, key, cx.now)?;
    payments::clear_pending_messages_of(conn, key)?;
    notifications::delete_settings_of(conn, key)?;
    let sessions = sessions::end_all_of(conn, key, None, cx.now)?;
    sql::anonymise(conn, key, cx.now)?;
    if let Some(image) = profile.image {
        media::release(conn, &image, cx.now)?;
    }
    if let Some(id) = profile.kakao_id {
        let id = id.try_into().map_err(StorageError::corrupt)?;
        jobs::enqueue(conn, &UnlinkAtKakao(id), cx.now)?;
    }
    clean_up::begin(conn, key, cx)?;
    Ok(Some(sessions))
}
