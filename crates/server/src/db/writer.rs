//! The single writer: transactions that wait at the same moment share one flush to the disk.
//!
//! Each runs in its own savepoint and is answered only after the flush, so a crash loses nothing that
//! was acknowledged, and one that fails takes nothing with it. The disk's flush is what limits durable
//! commits; sharing it is what makes many small ones fast.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use diesel::Connection;
use diesel::connection::TransactionManager;
use tokio::sync::oneshot;

use super::connection::{self, Conn};
use super::dialect;
use super::error::StorageError;

/// Most transactions that share one flush: bounds how long the first of them waits.
const SHARING_MAX: usize = 256;

type Manager = <Conn as Connection>::TransactionManager;

/// Runs in the transaction.
type Job = Box<dyn FnOnce(&mut Conn) -> Ran + Send>;
/// What to do once the flush has succeeded or failed.
type Answer = Box<dyn FnOnce(Result<(), &StorageError>) + Send>;

struct Ran {
    answer: Answer,
    /// Set when the savepoint could not be ended: the transaction around it is lost.
    lost: Option<StorageError>,
}

pub(super) struct Writer {
    jobs: Mutex<Option<Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(super) fn open(url: &str) -> Result<Self, StorageError> {
        let conn = connection::open(url)?;
        let (jobs, waiting) = channel::<Job>();
        let thread = std::thread::Builder::new()
            .name("db-writer".to_owned())
            .spawn({
                let url = url.to_owned();
                move || write_all(&url, conn, &waiting)
            })
            .map_err(|error| StorageError::Interrupted(error.to_string()))?;
        Ok(Self {
            jobs: Mutex::new(Some(jobs)),
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(super) async fn run<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |conn| {
            let (result, lost) = match in_savepoint(conn, &work) {
                Ok(result) => (result, None),
                Err(error) => (
                    Err(StorageError::Commit(error.to_string()).into()),
                    Some(error),
                ),
            };
            let answer: Answer = Box::new(move |flushed| {
                let result = match flushed {
                    Ok(()) => result,
                    Err(error) => Err(StorageError::Commit(error.to_string()).into()),
                };
                // The caller may have gone away; the transaction stands all the same.
                drop(answer.send(result));
            });
            Ran { answer, lost }
        });
        let handed_in = match &*self.jobs.lock().expect("no writer panics while handing in") {
            Some(jobs) => jobs.send(job).is_ok(),
            None => false,
        };
        let lost = || StorageError::Interrupted("the writer has stopped".to_owned());
        if !handed_in {
            return Err(lost().into());
        }
        answered.await.unwrap_or_else(|_| Err(lost().into()))
    }

    pub(super) async fn close(&self) {
        drop(
            self.jobs
                .lock()
                .expect("no writer panics while handing in")
                .take(),
        );
        let thread = self
            .thread
            .lock()
            .expect("no writer panics while closing")
            .take();
        if let Some(thread) = thread {
            let joined = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("the database writer did not end well");
            }
        }
    }
}

/// Until the last sender is gone: takes what waits, runs it in one transaction, flushes, answers.
fn write_all(url: &str, mut conn: Conn, waiting: &Receiver<Job>) {
    while let Ok(first) = waiting.recv() {
        let mut answers = Vec::new();
        let flushed = write_batch(&mut conn, first, waiting, &mut answers);
        if let Err(error) = &flushed {
            tracing::error!(%error, "a commit failed");
        }
        for answer in answers {
            answer(flushed.as_ref().copied());
        }
        if flushed.is_err() {
            // An engine that runs out of disk or memory, or a lost server, ends the transaction on its own:
            // what the connection says of itself is not to be trusted after that.
            match connection::open(url) {
                Ok(fresh) => conn = fresh,
                Err(error) => {
                    tracing::error!(%error, "the writer could not open the database anew");
                }
            }
        }
    }
}

fn write_batch(
    conn: &mut Conn,
    first: Job,
    waiting: &Receiver<Job>,
    answers: &mut Vec<Answer>,
) -> Result<(), StorageError> {
    begin(conn)?;
    let mut next = Some(first);
    while let Some(job) = next {
        let ran = job(conn);
        answers.push(ran.answer);
        if let Some(error) = ran.lost {
            return Err(error);
        }
        next = if answers.len() < SHARING_MAX {
            waiting.try_recv().ok()
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

/// What ended a savepoint early: the work's own refusal, a panic in it, or the engine.
enum Ended<E> {
    Refused(E),
    Panicked,
    Lost(diesel::result::Error),
}

impl<E> From<diesel::result::Error> for Ended<E> {
    fn from(error: diesel::result::Error) -> Self {
        Self::Lost(error)
    }
}

/// What the work gave, kept or undone; `Err` when the savepoint could not be begun or ended.
fn in_savepoint<T, E>(
    conn: &mut Conn,
    work: &impl Fn(&mut Conn) -> Result<T, E>,
) -> Result<Result<T, E>, StorageError>
where
    E: From<StorageError>,
{
    let result = conn.transaction(|conn| {
        let worked = catch_unwind(AssertUnwindSafe(|| work(conn)));
        let panicked = |_| Err(Ended::Panicked);
        worked.map_or_else(panicked, |result| result.map_err(Ended::Refused))
    });
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(Ended::Refused(error)) => Ok(Err(error)),
        Err(Ended::Panicked) => Ok(Err(StorageError::Interrupted("a panic".to_owned()).into())),
        Err(Ended::Lost(error)) => Err(error.into()),
    }
}
