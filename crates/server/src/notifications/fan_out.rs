//! Notifications to a funding's author and all its supporters: by a job, in batches.
//!
//! The job is idempotent: each member is notified of each event once.

use funsun_domain::ids::{AccountKey, FundingId};
use funsun_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::kind::Kind;
use super::notify::{NewNotification, notify};
use super::sql;
use crate::db::{Conn, StorageError};
use crate::jobs::{self, Job, JobId, Next};
use crate::state::AppState;
use crate::visibility;

/// Members notified in one transaction.
const BATCH: i64 = 200;

/// An event of which many members are notified.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// The deadline is a day away.
    EndingSoon,
    /// The deadline has passed.
    Ended,
    /// The author has written the review.
    Reviewed,
}

/// Notifies a funding's author and supporters.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct NotifySupporters {
    occasion: Occasion,
    funding: FundingId,
}

impl Occasion {
    const fn kind(self) -> Kind {
        match self {
            Self::EndingSoon => Kind::EndingSoon,
            Self::Ended => Kind::Ended,
            Self::Reviewed => Kind::Reviewed,
        }
    }
}

/// Plans the notifications for `run_at`. Part of the caller's transaction.
pub(super) fn plan(
    conn: &mut Conn,
    occasion: Occasion,
    funding: FundingId,
    run_at: Timestamp,
) -> Result<(), StorageError> {
    jobs::enqueue(conn, &NotifySupporters { occasion, funding }, run_at)
}

impl Job for NotifySupporters {
    const KIND: &'static str = "tell";

    /// A warning that would come after the deadline is dropped.
    async fn run(self, state: &AppState, _: JobId) -> anyhow::Result<Next> {
        let mut after = Some(0);
        while let Some(last) = after {
            let now = state.clock.now();
            let batch = move |conn: &mut Conn| self.notify_batch(conn, last, now);
            after = state.db.write(batch).await?;
        }
        Ok(Next::Done)
    }
}

impl NotifySupporters {
    /// Notifies the members above `last`; returns the last one notified when there may be more.
    fn notify_batch(
        self,
        conn: &mut Conn,
        last: i64,
        now: Timestamp,
    ) -> Result<Option<i64>, StorageError> {
        let Self { occasion, funding } = self;
        let Some(found) = sql::find_funding(conn, funding)? else {
            return Ok(None);
        };
        if occasion == Occasion::EndingSoon && now >= found.deadline {
            return Ok(None);
        }
        let mut members = sql::list_supporters(conn, funding, last, BATCH)?;
        let count = i64::try_from(members.len()).unwrap_or(BATCH);
        let next = members.last().copied().filter(|_| count == BATCH);
        if last == 0 && occasion != Occasion::Reviewed {
            members.push(found.author.get());
        }
        let notification = NewNotification {
            actor: (occasion == Occasion::Reviewed).then_some(found.author),
            funding: Some(funding),
            ..NewNotification::new(occasion.kind(), &funding)
        };
        for member in members {
            let member = AccountKey::new(member).map_err(StorageError::corrupt)?;
            if visibility::can_see(conn, funding, member.into())? {
                notify(conn, member, &notification, now)?;
            }
        }
        Ok(next)
    }
}
