//! Notifications to a funding's author and all its supporters: by a job, some hundred members a transaction.
//!
//! A job that is repeated notifies nobody twice: each member is notified of each event once.

use anyhow::Context;
use funsun_domain::ids::{AccountKey, FundingId};
use funsun_domain::time::Timestamp;

use super::kind::Kind;
use super::notify::{NewNotification, notify};
use super::sql;
use crate::db::{Conn, StorageError};
use crate::jobs::{self, JobKind};
use crate::state::AppState;
use crate::visibility;

/// Members notified in one transaction.
const BATCH: i64 = 200;

/// What many members are notified of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Occasion {
    /// The deadline is a day away.
    EndingSoon,
    /// The deadline has passed.
    Ended,
    /// The author has written the review.
    Reviewed,
}

/// Notifies a funding's author and supporters.
#[derive(Clone, Copy, Debug)]
struct NotifySupporters {
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

    fn parse(text: &str) -> Option<Self> {
        [Self::EndingSoon, Self::Ended, Self::Reviewed]
            .into_iter()
            .find(|occasion| occasion.kind().as_str() == text)
    }
}

/// Plans the notifications for `run_at`. Part of the caller's transaction.
pub(super) fn plan(
    conn: &mut Conn,
    occasion: Occasion,
    funding: FundingId,
    run_at: Timestamp,
) -> Result<(), StorageError> {
    let subject = format!("{} {funding}", occasion.kind().as_str());
    jobs::enqueue(conn, JobKind::Tell, &subject, run_at)
}

/// Does such a job. A warning that would come after the deadline is dropped.
///
/// # Errors
/// When the database fails; the job is retried.
pub async fn notify_supporters(state: &AppState, subject: &str) -> anyhow::Result<()> {
    let parts = subject.split_once(' ');
    let parsed =
        parts.and_then(|(kind, id)| Some((Occasion::parse(kind)?, id.parse::<FundingId>().ok()?)));
    let (occasion, funding) = parsed.context("not an occasion to notify of")?;
    let job = NotifySupporters { occasion, funding };
    let mut after = Some(0);
    while let Some(last) = after {
        let now = state.clock.now();
        let batch = move |conn: &mut Conn| job.notify_batch(conn, last, now);
        after = state.db.write(batch).await?;
    }
    Ok(())
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
