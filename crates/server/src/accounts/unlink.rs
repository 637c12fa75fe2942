//! The link between a Kakao account and ours, ended from either side.

use funsun_domain::ids::KakaoId;

use super::{sql, withdraw};
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

/// Withdraws the member whom Kakao said to have unlinked; nobody by this id is fine.
///
/// # Errors
/// When the database fails; the job is tried again.
pub async fn withdraw_unlinked(state: &AppState, subject: &str) -> anyhow::Result<()> {
    let id: KakaoId = subject.parse()?;
    if let Some(key) = state.db.read(move |conn| sql::find_key(conn, id)).await? {
        withdraw::withdraw(state, key).await?;
    }
    Ok(())
}
