//! Refunding everything that a deleted funding holds: in batches, since it may hold the money of any number of payers.

use funsun_domain::ids::FundingId;
use funsun_domain::time::Timestamp;
use serde::{Deserialize, Serialize};

use super::context::StepContext;
use super::refund;
use crate::db::{Batch, Conn, StorageError};
use crate::jobs::{self, Job, JobId, Next};
use crate::state::AppState;

/// Refunds begun in the transaction that deletes a funding.
const AT_ONCE: i64 = 50;
/// Refunds begun in each later transaction.
const BATCH: i64 = 100;

/// Begins the refund of every payment that a deleted funding holds. Payments whose refund can't be begun are tried
/// again with the job's backoff.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct RefundFunding {
    funding: FundingId,
}

impl Job for RefundFunding {
    const KIND: &'static str = "refund_funding";

    async fn run(self, state: &AppState, _: JobId) -> anyhow::Result<Next> {
        let (mut next, mut failed) = (Some(Batch::first(BATCH)), 0);
        while let Some(batch) = next {
            let cx = StepContext::new(state);
            let begin =
                move |conn: &mut Conn| refund::refund_some_of(conn, self.funding, batch, cx);
            let begun = state.db.write(begin).await?;
            next = begun.next;
            failed += begun.failed;
            state.sweep_now.wake_all();
        }
        Ok(if failed == 0 {
            Next::Done
        } else {
            Next::Retry(None)
        })
    }
}

/// Refunds everything that a deleted funding holds: the first payments at once, the others by a job. Part of the
/// caller's transaction; the caller wakes the sweeper and the job worker afterwards.
///
/// # Errors
/// When the database fails.
pub fn refund_funding(
    conn: &mut Conn,
    funding: FundingId,
    cx: StepContext,
) -> Result<(), StorageError> {
    let first = refund::refund_some_of(conn, funding, Batch::first(AT_ONCE), cx)?;
    if first.next.is_some() || first.failed > 0 {
        refund_funding_later(conn, funding, cx.now)?;
    }
    Ok(())
}

/// As [`refund_funding`], all by the job: for a transaction that deletes many fundings.
///
/// # Errors
/// When the database fails.
pub fn refund_funding_later(
    conn: &mut Conn,
    funding: FundingId,
    now: Timestamp,
) -> Result<(), StorageError> {
    jobs::enqueue(conn, &RefundFunding { funding }, now)
}
