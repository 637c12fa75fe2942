//! A transaction that waits for its batch, and its caller.

use std::any::type_name;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use diesel::Connection;
use tokio::sync::oneshot;

use super::connection::Conn;
use super::error::StorageError;

/// A transaction of any type.
pub(super) type Queued = Box<dyn Execute + Send>;

pub(super) trait Execute {
    /// Runs it in a savepoint and keeps the result; can be called again.
    ///
    /// # Errors
    /// When the savepoint could not be begun or ended: the whole batch must be rolled back.
    fn execute(&mut self, conn: &mut Conn) -> Result<(), StorageError>;

    /// Sends the caller its result, given that of the commit.
    fn reply(self: Box<Self>, committed: Result<(), &StorageError>);
}

pub(super) struct Transaction<F, T, E> {
    work: F,
    sender: oneshot::Sender<Result<T, E>>,
    max: Option<Duration>,
    result: Option<Result<T, E>>,
}

impl<F, T, E> Transaction<F, T, E> {
    /// A duration above `max` is logged.
    pub(super) fn new(
        work: F,
        sender: oneshot::Sender<Result<T, E>>,
        max: Option<Duration>,
    ) -> Self {
        Self {
            work,
            sender,
            max,
            result: None,
        }
    }
}

impl<F, T, E> Execute for Transaction<F, T, E>
where
    F: Fn(&mut Conn) -> Result<T, E> + Send,
    T: Send,
    E: From<StorageError> + Send,
{
    fn execute(&mut self, conn: &mut Conn) -> Result<(), StorageError> {
        let begun = Instant::now();
        self.result = Some(in_savepoint(conn, &self.work)?);
        let duration = begun.elapsed();
        if self.max.is_some_and(|max| duration > max) {
            let (milliseconds, work) = (duration.as_millis(), type_name::<F>());
            tracing::warn!(milliseconds, work, "a write transaction took long");
        }
        Ok(())
    }

    fn reply(self: Box<Self>, committed: Result<(), &StorageError>) {
        let result = match (committed, self.result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(StorageError::Interrupted("not run".to_owned()).into()),
            (Err(StorageError::Unknown), _) => Err(StorageError::Unknown.into()),
            (Err(error), _) => Err(StorageError::Unavailable(error.to_string()).into()),
        };
        // This fails when the caller was cancelled; the transaction is committed nonetheless.
        drop(self.sender.send(result));
    }
}

/// Why a savepoint was rolled back.
enum Abort<E> {
    /// The work returned an error.
    Failed(E),
    /// The work panicked.
    Panicked,
    /// The savepoint itself could not be begun or ended.
    Engine(diesel::result::Error),
}

impl<E> From<diesel::result::Error> for Abort<E> {
    fn from(error: diesel::result::Error) -> Self {
        Self::Engine(error)
    }
}

/// Runs `work` in a savepoint and returns its result; the outer `Err` is of the savepoint itself.
fn in_savepoint<T, E>(
    conn: &mut Conn,
    work: &impl Fn(&mut Conn) -> Result<T, E>,
) -> Result<Result<T, E>, StorageError>
where
    E: From<StorageError>,
{
    let result = conn.transaction(|conn| {
        let outcome = catch_unwind(AssertUnwindSafe(|| work(conn)));
        let panicked = |_| Err(Abort::Panicked);
        outcome.map_or_else(panicked, |result| result.map_err(Abort::Failed))
    });
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Abort::Failed(error)) => Ok(Err(error)),
        Err(Abort::Panicked) => Ok(Err(StorageError::Interrupted("a panic".to_owned()).into())),
        Err(Abort::Engine(error)) => Err(error.into()),
    }
}
