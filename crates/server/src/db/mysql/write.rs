//! One transaction with all its attempts.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use diesel::Connection;
use diesel::connection::{SimpleConnection, TransactionManager};

use super::Counts;
use super::marker::{Fate, Marker};
use super::pool::{Cluster, Pool};
use super::session::Session;
use crate::db::StorageError;
use crate::db::connection::Conn;
use crate::db::failure::Failure;

type Manager = <Conn as Connection>::TransactionManager;

/// The pause before the second attempt; it doubles with each further one, up to the longest.
const PAUSE_MIN: Duration = Duration::from_millis(2);
const PAUSE_MAX: Duration = Duration::from_millis(30);

/// How long one statement may take, so that there is time for another attempt: a lock is waited for no longer, and MariaDB
/// 10.11 does not always answer after it has rolled back a transaction to apply that of another node. A commit may take
/// longer: a cluster that loses a node stops for seconds, and then goes on.
const STATEMENT_MAX: Duration = Duration::from_millis(1_200);

/// What one attempt came to.
enum Attempt<T> {
    /// Committed, or refused by the work itself and rolled back.
    Done(T),
    /// Rolled back by the engine, or never begun.
    Again(StorageError),
    /// The commit was not answered.
    Unanswered(T, Marker),
}

pub(super) struct Write<'a> {
    pub(super) cluster: &'a Cluster,
    pub(super) pool: &'a Pool,
    pub(super) counts: &'a Counts,
    pub(super) deadline: Instant,
    /// Whether a statement may take long.
    pub(super) is_bulk: bool,
}

impl Write<'_> {
    /// Runs `work` in a transaction until it is committed or refuses, or time is up.
    pub(super) fn run<T, E>(&self, work: &impl Fn(&mut Conn) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StorageError>,
    {
        let mut pause = PAUSE_MIN;
        loop {
            let error = match self.attempt(work) {
                Attempt::Done(result) => return result,
                Attempt::Again(error) => error,
                Attempt::Unanswered(result, marker) => {
                    self.counts.unknown.fetch_add(1, Ordering::Relaxed);
                    match self.look_up(marker) {
                        Some(Fate::Committed) => return result,
                        Some(Fate::RolledBack) => StorageError::Unavailable("lost".to_owned()),
                        None => return Err(StorageError::Unknown.into()),
                    }
                }
            };
            pause = with_jitter(pause);
            if Instant::now() + pause >= self.deadline {
                return Err(error.into());
            }
            self.counts.again.fetch_add(1, Ordering::Relaxed);
            thread::sleep(pause);
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }

    fn attempt<T, E>(&self, work: &impl Fn(&mut Conn) -> Result<T, E>) -> Attempt<Result<T, E>>
    where
        E: From<StorageError>,
    {
        let mut session = match self.pool.take(self.deadline) {
            Ok(session) => session,
            Err(error) => return Attempt::Again(error),
        };
        let statement_max = (!self.is_bulk).then_some(STATEMENT_MAX);
        let (attempt, usable) = session.run(self.deadline, |session| {
            session.limit_statements(statement_max);
            transact(session, work)
        });
        if usable {
            self.pool.put_back(session);
        } else {
            self.cluster.record_loss();
        }
        attempt
    }

    /// Finds out what became of a commit that was not answered.
    fn look_up(&self, marker: Marker) -> Option<Fate> {
        let mut pause = PAUSE_MIN;
        while Instant::now() + pause < self.deadline {
            match marker.look_up(self.cluster, self.deadline) {
                Ok(fate) => return Some(fate),
                Err(error) => tracing::warn!(%error, "a commit can't be looked up yet"),
            }
            thread::sleep(pause);
            pause = (pause * 2).min(PAUSE_MAX);
        }
        None
    }
}

/// One attempt on this connection, and whether the connection may be used again.
fn transact<T, E>(
    session: &mut Session,
    work: &impl Fn(&mut Conn) -> Result<T, E>,
) -> (Attempt<Result<T, E>>, bool)
where
    E: From<StorageError>,
{
    if let Err(error) = begin(session) {
        return (Attempt::Again(error), false);
    }
    let outcome = catch_unwind(AssertUnwindSafe(|| work(&mut session.conn)));
    let failure = session.failures.take();
    if let Some((failure, message)) = failure {
        let usable = session.roll_back() && failure == Failure::Conflict;
        return (Attempt::Again(StorageError::Unavailable(message)), usable);
    }
    let Ok(result) = outcome else {
        let panicked = StorageError::Interrupted("a panic".to_owned());
        return (Attempt::Done(Err(panicked.into())), session.roll_back());
    };
    // A refusal, too, may come from a transaction that is not the one that began.
    let marker = session.marker;
    let Some(marker) = marker.filter(|marker| is_of_transaction(session, *marker)) else {
        let lost = StorageError::Unavailable("the transaction was lost".to_owned());
        return (Attempt::Again(lost), session.roll_back());
    };
    if result.is_err() {
        return if session.roll_back() {
            (Attempt::Done(result), true)
        } else {
            let lost = StorageError::Unavailable("the connection was lost".to_owned());
            (Attempt::Again(lost), false)
        };
    }
    commit(session, marker, result)
}

/// Begins a transaction and writes its marker, which a new connection makes first. Without autocommit, so that nothing
/// is committed but by the end of the transaction, even after the server has rolled it back.
fn begin(session: &mut Session) -> Result<(), StorageError> {
    if session.marker.is_none() {
        session.marker = Some(Marker::create(&mut session.conn)?);
        session.conn.batch_execute("SET SESSION autocommit = OFF")?;
    }
    session.failures.take();
    Manager::begin_transaction(&mut session.conn)?;
    let Some(marker) = &mut session.marker else {
        return Err(StorageError::Unavailable("no marker".to_owned()));
    };
    if marker.write(&mut session.conn)? {
        return Ok(());
    }
    Err(StorageError::Unavailable("the marker is gone".to_owned()))
}

fn is_of_transaction(session: &mut Session, marker: Marker) -> bool {
    match marker.is_of_transaction(&mut session.conn) {
        Ok(is_same) => is_same,
        Err(error) => {
            tracing::debug!(%error, "a transaction was ended");
            false
        }
    }
}

fn commit<T>(session: &mut Session, marker: Marker, result: T) -> (Attempt<T>, bool) {
    session.limit_statements(None);
    match Manager::commit_transaction(&mut session.conn) {
        Ok(()) => (Attempt::Done(result), true),
        Err(error) if Failure::of(&error) == Some(Failure::Conflict) => {
            let usable = session.roll_back();
            let ended = StorageError::Unavailable(error.to_string());
            (Attempt::Again(ended), usable)
        }
        Err(_) => (Attempt::Unanswered(result, marker), false),
    }
}

/// Between half and all of `pause`.
fn with_jitter(pause: Duration) -> Duration {
    let random = getrandom::u32().unwrap_or_default() % 512;
    pause / 2 + pause / 2 * random / 512
}
