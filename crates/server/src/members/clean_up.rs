//! What remains to be removed after a member has left: in batches, since it has no bound. Leaving itself has hidden
//! all of it.

use funsun_domain::ids::AccountKey;
use serde::{Deserialize, Serialize};

use crate::db::{Batch, Conn, StorageError};
use crate::jobs::{self, Job, JobId, Next};
use crate::payments::{self, StepContext, refund};
use crate::state::AppState;
use crate::{follows, fundings, notifications, supports};

/// Rows of each step in the transaction that ends the membership.
const AT_ONCE: i64 = 20;
/// Rows in each later transaction.
const BATCH: i64 = 100;

/// Processes a batch of a former member's rows; returns the next batch, if there may be one. A row that was processed
/// before is unchanged.
type Step = fn(&mut Conn, AccountKey, Batch, StepContext) -> Result<Option<Batch>, StorageError>;

/// Texts first.
const STEPS: [Step; 7] = [
    |conn, key, batch, cx| fundings::clean_up_some_of(conn, key, batch, cx.now),
    |conn, key, batch, _| supports::clear_some_messages_of(conn, key, batch),
    |conn, key, batch, _| payments::clear_some_messages_of(conn, key, batch),
    |conn, key, batch, _| notifications::delete_some_of(conn, key, batch),
    |conn, key, batch, _| notifications::delete_some_about(conn, key, batch),
    |conn, key, batch, _| follows::end_some_of(conn, key, batch),
    |conn, key, batch, cx| {
        // The sweeper refunds those that could not be begun.
        Ok(refund::refund_some_unattached_of(conn, key, batch, cx)?.next)
    },
];

/// Removes everything that belongs to a former member, except the money records.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct CleanUpAfterLeaving {
    account: AccountKey,
}

/// Processes the first rows of each step, and leaves the others to the job. Part of the transaction that ends the
/// membership.
///
/// # Errors
/// When the database fails.
pub(super) fn begin(
    conn: &mut Conn,
    account: AccountKey,
    cx: StepContext,
) -> Result<(), StorageError> {
    for step in STEPS {
        step(conn, account, Batch::first(AT_ONCE), cx)?;
    }
    jobs::enqueue(conn, &CleanUpAfterLeaving { account }, cx.now)
}

impl Job for CleanUpAfterLeaving {
    const KIND: &'static str = "clean_up_after_leaving";

    async fn run(self, state: &AppState, _: JobId) -> anyhow::Result<Next> {
        let Self { account } = self;
        for step in STEPS {
            let cx = StepContext::new(state);
            let work = move |conn: &mut Conn, batch| step(conn, account, batch, cx);
            state.db.write_in_batches(BATCH, work).await?;
            state.sweep_now.wake_all();
            state.jobs_now.notify_one();
        }
        clear_thanks(state, account).await?;
        Ok(Next::Done)
    }
}

/// Clears the thanks for the supports of the member's fundings.
async fn clear_thanks(state: &AppState, author: AccountKey) -> Result<(), StorageError> {
    let mut after = 0;
    loop {
        let find = move |conn: &mut Conn| fundings::find_next_of(conn, author, after);
        let Some(funding) = state.db.read(find).await? else {
            return Ok(());
        };
        let clear =
            move |conn: &mut Conn, batch| supports::clear_some_thanks_in(conn, funding, batch);
        state.db.write_in_batches(BATCH, clear).await?;
        after = funding.get();
    }
}
