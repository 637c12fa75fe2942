//! The link between a Kakao account and ours, ended from either side.

use funsun_domain::ids::{AccountKey, KakaoId};
use funsun_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::leave::leave;
use crate::db::{Conn, StorageError};
use crate::identity::sessions;
use crate::jobs::{Job, JobId, Next};
use crate::people;
use crate::state::AppState;

/// Unlinks a member who has left at Kakao; if the member has logged in again meanwhile, the link stays.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct UnlinkAtKakao(pub KakaoId);

impl Job for UnlinkAtKakao {
    const KIND: &'static str = "unlink_at_kakao";

    async fn run(self, state: &AppState, _: JobId) -> anyhow::Result<Next> {
        let Self(id) = self;
        let member = state
            .db
            .read(move |conn| people::find_key(conn, id))
            .await?;
        if member.is_none() {
            state.login.unlink(id.get()).await?;
        }
        Ok(Next::Done)
    }
}

/// Handles Kakao's notice that a member unlinked our app: the membership ends, unless the member has logged in since,
/// which linked them again. An unknown id is ignored.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct UnlinkedByKakao {
    /// The member.
    pub id: KakaoId,
    /// When we received the notice, in microseconds since 1970.
    pub received_at: i64,
}

impl Job for UnlinkedByKakao {
    const KIND: &'static str = "unlinked_by_kakao";

    async fn run(self, state: &AppState, _: JobId) -> anyhow::Result<Next> {
        let find = move |conn: &mut Conn| find_unlinked(conn, self);
        if let Some(key) = state.db.read(find).await? {
            leave(state, key).await?;
        }
        Ok(Next::Done)
    }
}

fn find_unlinked(
    conn: &mut Conn,
    notice: UnlinkedByKakao,
) -> Result<Option<AccountKey>, StorageError> {
    let Some(key) = people::find_key(conn, notice.id)? else {
        return Ok(None);
    };
    let received_at = Timestamp::from_micros(notice.received_at);
    let linked_again = sessions::has_logged_in_since(conn, key, received_at)?;
    Ok((!linked_again).then_some(key))
}
