//! The job queue: jobs are enqueued in a transaction, run at least once and retried until they succeed.
//!
//! A feature implements [`Job`] for the type of its payload; `workers` registers those types. This module depends on
//! none of them.

mod registry;
mod runner;
mod sql;

use std::future::Future;

use funsun_domain::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub use registry::Registry;
pub use runner::run_due;

use crate::db::{Conn, StorageError};
use crate::state::AppState;

/// Longest payload, in characters: the width of the column in MySQL.
const PAYLOAD_CHARACTERS_MAX: usize = 200;

/// A kind of job; the value is the job's payload, stored as JSON of at most 200 characters.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The kind as stored in the database.
    const KIND: &'static str;
    /// The lane that it runs in.
    const LANE: Lane = Lane::Work;

    /// Runs the job `id`. It must be idempotent: it runs again when a node crashes before it has stored the result.
    ///
    /// # Errors
    /// Whatever failed; the job is retried.
    fn run(self, state: &AppState, id: JobId) -> impl Future<Output = anyhow::Result<Next>> + Send;
}

/// The row of a job. Ids ascend in the order of enqueueing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobId(i64);

/// The outcome of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The job is done.
    Done,
    /// The job is retried: after this many seconds, or with exponential backoff.
    Retry(Option<i64>),
}

/// A queue with its own concurrency limit, so that no lane waits for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Our own work, and calls to Kakao.
    Work,
    /// Calls to browsers' push services, which are untrusted and may be slow.
    Push,
}

impl Lane {
    /// How many jobs run at the same time.
    const fn concurrency(self) -> usize {
        match self {
            Self::Work => 1,
            Self::Push => 16,
        }
    }
}

/// Enqueues a job, to be run at `run_at` or soon after. Part of the caller's transaction.
///
/// # Errors
/// When the database fails.
pub fn enqueue<J: Job>(conn: &mut Conn, job: &J, run_at: Timestamp) -> Result<(), StorageError> {
    sql::insert(conn, J::KIND, &payload_of(job)?, run_at)
}

/// Whether the same job was enqueued again after `id`.
///
/// # Errors
/// When the database fails.
pub fn is_enqueued_again<J: Job>(
    conn: &mut Conn,
    id: JobId,
    job: &J,
) -> Result<bool, StorageError> {
    sql::is_enqueued_again(conn, id.0, J::KIND, &payload_of(job)?)
}

fn payload_of<J: Job>(job: &J) -> Result<String, StorageError> {
    let payload = serde_json::to_string(job).map_err(StorageError::corrupt)?;
    if payload.chars().count() > PAYLOAD_CHARACTERS_MAX {
        return Err(StorageError::corrupt("the payload of a job is too long"));
    }
    Ok(payload)
}
