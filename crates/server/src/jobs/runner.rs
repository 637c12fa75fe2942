//! Runs the jobs that are due.

use futures_util::{TryStreamExt, stream};

use super::sql::{self, JobRow};
use super::{JobId, Lane, Next, Registry};
use crate::db::{Conn, StorageError};
use crate::state::AppState;

/// Most jobs loaded at once.
const BATCH: i64 = 100;
/// Longest delay before a retry, in seconds.
const BACKOFF_SECONDS_MAX: i64 = 3_600;

/// Runs every job of `lane` that is due now. Failed jobs are retried with exponential backoff.
///
/// # Errors
/// When the queue itself can't be read or written.
pub async fn run_due(state: &AppState, registry: &Registry, lane: Lane) -> anyhow::Result<()> {
    loop {
        let kinds = registry.kinds_of(lane);
        let now = state.clock.now();
        let due = state
            .db
            .read(move |conn| sql::list_due(conn, &kinds, now, BATCH))
            .await?;
        let found = due.len();
        stream::iter(due.into_iter().map(Ok::<_, StorageError>))
            .try_for_each_concurrent(lane.concurrency(), |job| {
                claim_and_run(state, registry, job)
            })
            .await?;
        if i64::try_from(found).unwrap_or(BATCH) < BATCH {
            return Ok(());
        }
    }
}

/// Claims a job, unless another node has, and runs it.
async fn claim_and_run(
    state: &AppState,
    registry: &Registry,
    job: JobRow,
) -> Result<(), StorageError> {
    let backoff = (5_i64 << job.attempts.clamp(0, 16)).min(BACKOFF_SECONDS_MAX);
    let (claim, next) = (job.clone(), state.clock.now().plus_seconds(backoff));
    let claimed = state
        .db
        .write(move |conn| sql::claim(conn, &claim, next))
        .await?;
    if !claimed {
        return Ok(());
    }
    let id = JobId(job.id);
    match registry.run(state, &job.kind, id, &job.payload).await {
        // The claim has postponed it already.
        Ok(Next::Retry(None)) => {}
        Ok(Next::Retry(Some(seconds))) => {
            let run_at = state.clock.now().plus_seconds(seconds);
            let postpone = move |conn: &mut Conn| sql::postpone(conn, job.id, run_at);
            state.db.write(postpone).await?;
        }
        Ok(Next::Done) => {
            let delete = move |conn: &mut Conn| sql::delete(conn, job.id);
            state.db.write(delete).await?;
        }
        Err(error) => tracing::warn!(
            job = job.id,
            kind = job.kind,
            attempts = job.attempts + 1,
            error = format!("{error:#}"),
            "a job failed and will be retried"
        ),
    }
    Ok(())
}
