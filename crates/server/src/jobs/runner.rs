//! Does the jobs that are due.

use futures_util::{TryStreamExt, stream};

use super::sql::{self, JobRow};
use super::{JobKind, Lane, Next};
use crate::db::{Conn, StorageError};
use crate::state::AppState;
use crate::{media, members, notifications};

/// Jobs looked at in one go.
const BATCH: i64 = 100;
/// Longest pause between two attempts, in seconds.
const PAUSE_SECONDS_MAX: i64 = 3_600;

/// Does every job of `lane` that is due now. One that fails is put off, twice as long each time.
///
/// # Errors
/// When the list itself can't be read or written.
pub async fn run_due(state: &AppState, lane: Lane) -> anyhow::Result<()> {
    loop {
        let now = state.clock.now();
        let due = state
            .db
            .read(move |conn| sql::list_due(conn, lane.kinds(), now, BATCH))
            .await?;
        let found = due.len();
        stream::iter(due.into_iter().map(Ok::<_, StorageError>))
            .try_for_each_concurrent(lane.at_once(), |job| attempt(state, job))
            .await?;
        if i64::try_from(found).unwrap_or(BATCH) < BATCH {
            return Ok(());
        }
    }
}

async fn attempt(state: &AppState, job: JobRow) -> Result<(), StorageError> {
    let pause = (5_i64 << job.attempts.clamp(0, 16)).min(PAUSE_SECONDS_MAX);
    let (claim, next) = (job.clone(), state.clock.now().plus_seconds(pause));
    let claimed = state
        .db
        .write(move |conn| sql::claim(conn, &claim, next))
        .await?;
    if !claimed {
        return Ok(());
    }
    match run(state, &job).await {
        Ok(Next::Later(None)) => {}
        Ok(Next::Later(Some(seconds))) => {
            let run_at = state.clock.now().plus_seconds(seconds);
            let put_off = move |conn: &mut Conn| sql::put_off(conn, job.id, run_at);
            state.db.write(put_off).await?;
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
            "a job failed and will be tried again"
        ),
    }
    Ok(())
}

async fn run(state: &AppState, job: &JobRow) -> anyhow::Result<Next> {
    match JobKind::parse(&job.kind) {
        Some(JobKind::RemovePicture) => {
            media::remove_unless_used(state, job.id, &job.subject).await?;
        }
        Some(JobKind::UnlinkAtKakao) => members::unlink::tell_kakao(state, &job.subject).await?,
        Some(JobKind::UnlinkedByKakao) => {
            members::unlink::withdraw_unlinked(state, &job.subject).await?;
        }
        Some(JobKind::Tell) => notifications::notify_supporters(state, &job.subject).await?,
        Some(JobKind::Push) => return notifications::push(state, &job.subject).await,
        None => anyhow::bail!("this version knows no such job"),
    }
    Ok(Next::Done)
}
