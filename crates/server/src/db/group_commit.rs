//! The single writer, with group commit: queued transactions are committed in one batch, with one fsync.
//!
//! Each transaction runs in its own savepoint, so one that fails does not affect the others. Its caller gets the
//! result only after the commit, so a crash loses nothing that was acknowledged. The fsync limits the rate of durable
//! commits; sharing it makes many small transactions fast.

use std::any::type_name;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use diesel::Connection;
use diesel::connection::TransactionManager;
use tokio::sync::oneshot;

use super::connection::{self, Conn};
use super::dialect;
use super::error::StorageError;

/// Most transactions in one batch: bounds the latency of the first of them.
const BATCH_MAX: usize = 256;

type Manager = <Conn as Connection>::TransactionManager;

/// One transaction, to be run within a batch.
type Transaction = Box<dyn FnOnce(&mut Conn) -> Executed + Send>;
/// Sends the caller its result, given that of the commit.
type Reply = Box<dyn FnOnce(Result<(), &StorageError>) + Send>;

struct Executed {
    reply: Reply,
    /// Set when the savepoint could not be begun or ended: the whole batch must be rolled back.
    batch_failure: Option<StorageError>,
}

pub(super) struct Writer {
    queue: Mutex<Option<Sender<Transaction>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(super) fn open(url: &str) -> Result<Self, StorageError> {
        let conn = connection::open(url)?;
        let (queue, queued) = channel::<Transaction>();
        let thread = std::thread::Builder::new()
            .name("db-writer".to_owned())
            .spawn({
                let url = url.to_owned();
                move || run_batches(&url, conn, &queued)
            })
            .map_err(|error| StorageError::Interrupted(error.to_string()))?;
        Ok(Self {
            queue: Mutex::new(Some(queue)),
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Runs `work` in a transaction; a duration above `max`, without the commit, is logged.
    pub(super) async fn run<T, E, F>(&self, work: F, max: Option<Duration>) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let (sender, receiver) = oneshot::channel();
        let transaction: Transaction = Box::new(move |conn| {
            let begun = Instant::now();
            let (result, batch_failure) = match in_savepoint(conn, &work) {
                Ok(result) => (result, None),
                Err(error) => (
                    Err(StorageError::Commit(error.to_string()).into()),
                    Some(error),
                ),
            };
            warn_if_long(begun.elapsed(), max, type_name::<F>());
            let reply: Reply = Box::new(move |committed| {
                let result = match committed {
                    Ok(()) => result,
                    Err(error) => Err(StorageError::Commit(error.to_string()).into()),
                };
                // This fails when the caller was cancelled; the transaction is committed nonetheless.
                drop(sender.send(result));
            });
            Executed {
                reply,
                batch_failure,
            }
        });
        let enqueued = match &*self.queue.lock().expect("no holder of this lock panics") {
            Some(queue) => queue.send(transaction).is_ok(),
            None => false,
        };
        let stopped = || StorageError::Interrupted("the writer has stopped".to_owned());
        if !enqueued {
            return Err(stopped().into());
        }
        receiver.await.unwrap_or_else(|_| Err(stopped().into()))
    }

    pub(super) async fn close(&self) {
        drop(
            self.queue
                .lock()
                .expect("no holder of this lock panics")
                .take(),
        );
        let thread = self
            .thread
            .lock()
            .expect("no holder of this lock panics")
            .take();
        if let Some(thread) = thread {
            let joined = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("the database writer panicked");
            }
        }
    }
}

fn warn_if_long(duration: Duration, max: Option<Duration>, work: &'static str) {
    if max.is_some_and(|max| duration > max) {
        let milliseconds = duration.as_millis();
        tracing::warn!(milliseconds, work, "a write transaction took long");
    }
}

/// Runs queued transactions in batches until the queue is closed.
fn run_batches(url: &str, mut conn: Conn, queued: &Receiver<Transaction>) {
    while let Ok(first) = queued.recv() {
        let mut replies = Vec::new();
        let committed = run_batch(&mut conn, first, queued, &mut replies);
        if let Err(error) = &committed {
            tracing::error!(%error, "a commit failed");
        }
        for reply in replies {
            reply(committed.as_ref().copied());
        }
        if committed.is_err() {
            // The engine ends the transaction itself when the disk or memory is full or the server is lost: the
            // transaction state that this connection tracks is then unreliable.
            match connection::open(url) {
                Ok(new) => conn = new,
                Err(error) => {
                    tracing::error!(%error, "the writer could not reopen the database");
                }
            }
        }
    }
}

fn run_batch(
    conn: &mut Conn,
    first: Transaction,
    queued: &Receiver<Transaction>,
    replies: &mut Vec<Reply>,
) -> Result<(), StorageError> {
    begin(conn)?;
    let mut next = Some(first);
    while let Some(transaction) = next {
        let executed = transaction(conn);
        replies.push(executed.reply);
        if let Some(error) = executed.batch_failure {
            return Err(error);
        }
        next = if replies.len() < BATCH_MAX {
            queued.try_recv().ok()
        } else {
            None
        };
    }
    commit(conn)
}

fn begin(conn: &mut Conn) -> Result<(), StorageError> {
    Ok(dialect::begin_write(conn)?)
}

fn commit(conn: &mut Conn) -> Result<(), StorageError> {
    let committed = Manager::commit_transaction(conn);
    if committed.is_err() {
        let rolled_back = Manager::rollback_transaction(conn);
        tracing::warn!(?rolled_back, "rolled back after a failed commit");
    }
    Ok(committed?)
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
