//! Work after a transaction: enqueued in it, done at least once, retried until it succeeds.
//!
//! A feature implements [`Job`] for the type that carries what the work needs; `workers` registers those types.
//! This module knows none of them.

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

/// One kind of work, and what one piece of it needs to know. It is stored as JSON, at most 200 characters.
pub trait Job: Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The word in the database.
    const KIND: &'static str;
    /// Which jobs it waits for.
    const LANE: Lane = Lane::Work;

    /// Does the work of the job `id`. It may be done twice: a node may die before it has stored that it is done.
    ///
    /// # Errors
    /// Whatever failed; the job is retried.
    fn run(self, state: &AppState, id: JobId) -> impl Future<Output = anyhow::Result<Next>> + Send;
}

/// The row of a job. Ids ascend in the order of enqueueing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JobId(i64);

/// What follows after a job has run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing: it is done.
    Done,
    /// It is retried: after so many seconds, or after the pause that grows with each retry.
    Retry(Option<i64>),
}

/// Jobs that share a number of places; one lane never waits for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    /// Our own work, and calls to Kakao.
    Work,
    /// Calls to browsers' push services, which anybody may run.
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

/// Stores a job, to be done at `run_at` or soon after. Part of the caller's transaction.
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
    serde_json::to_string(job).map_err(StorageError::corrupt)
}
