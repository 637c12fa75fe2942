//! The link between a Kakao account and ours, ended from either side.

use anyhow::Context;
use funsun_domain::ids::{AccountKey, KakaoId};
use funsun_domain::time::Timestamp;

use super::{leave, sql};
use crate::db::{Conn, StorageError};
use crate::identity::sessions;
use crate::state::AppState;

/// Tells Kakao that a member has left us; if they have come back meanwhile, the link stays.
///
/// # Errors
/// When Kakao can't be reached; the job is tried again.
pub async fn tell_kakao(state: &AppState, subject: &str) -> anyhow::Result<()> {
    let id: KakaoId = subject.parse()?;
    if state
        .db
        .read(move |conn| sql::find_key(conn, id))
        .await?
        .is_none()
    {
        state.login.unlink(id.get()).await?;
    }
    Ok(())
}

/// What Kakao told: who unlinked, and when we heard of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeardNotice {
    /// Who.
    pub id: KakaoId,
    /// When.
    pub heard_at: Timestamp,
}

impl HeardNotice {
    /// The notice as a job's subject.
    pub fn to_subject(self) -> String {
        format!("{} {}", self.id, self.heard_at.micros())
    }

    fn parse(subject: &str) -> Option<Self> {
        let (id, heard_at) = subject.split_once(' ')?;
        let heard_at = Timestamp::from_micros(heard_at.parse().ok()?);
        Some(Self {
            id: id.parse().ok()?,
            heard_at,
        })
    }
}

/// Withdraws the member whom Kakao said to have unlinked, unless they have logged in since: that linked
/// them again. Nobody by this id is fine.
///
/// # Errors
/// When the database fails; the job is tried again.
pub async fn withdraw_unlinked(state: &AppState, subject: &str) -> anyhow::Result<()> {
    let notice = HeardNotice::parse(subject).context("not an unlink notice")?;
    let find = move |conn: &mut Conn| find_unlinked(conn, notice);
    if let Some(key) = state.db.read(find).await? {
        leave::withdraw(state, key).await?;
    }
    Ok(())
}

fn find_unlinked(conn: &mut Conn, notice: HeardNotice) -> Result<Option<AccountKey>, StorageError> {
    let Some(key) = sql::find_key(conn, notice.id)? else {
        return Ok(None);
    };
    let linked_again = sessions::has_begun_since(conn, key, notice.heard_at)?;
    Ok((!linked_again).then_some(key))
}
