//! A server with the MySQL protocol, alone or a cluster: reads and writes run in parallel on bounded sets of
//! connections. Whatever ends a transaction other than its own refusal is answered by running it again.

mod hosts;
mod marker;
mod pool;
mod session;
mod sockets;
mod watchdog;
mod write;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel::mysql::MysqlConnection;

use hosts::Hosts;
use pool::{Cluster, Pool};
use write::Write;

use super::StorageError;
use super::budget;
use super::connection::Conn;
use super::failure::Failure;
use session::Session;

/// Connections for reads.
const READERS: u32 = 16;
/// Connections for writes.
const WRITERS: u32 = 8;

/// All connections: each blocks a thread while it is in use.
pub(super) const CONNECTIONS: usize = (READERS + WRITERS) as usize;

/// How long a short read may take, and one that may be slow.
const READ_MAX: Duration = Duration::from_secs(3);
const SLOW_READ_MAX: Duration = Duration::from_secs(120);
/// How long a write may take with all its attempts: callers are answered within five seconds, with the reads around it.
const WRITE_MAX: Duration = Duration::from_secs(4);
/// As [`WRITE_MAX`], for generated data.
const BULK_MAX: Duration = Duration::from_secs(3_600);

/// How much longer than its deadline a caller waits for a thread that hangs.
const GRACE: Duration = Duration::from_millis(300);

pub(super) struct Engine {
    shared: Arc<Shared>,
}

struct Shared {
    cluster: Arc<Cluster>,
    readers: Pool,
    writers: Pool,
    counts: Counts,
}

/// What happened since the start.
#[derive(Default)]
pub(super) struct Counts {
    /// Transactions that ran again.
    again: AtomicU64,
    /// Commits that were not answered.
    unknown: AtomicU64,
}

impl Engine {
    /// # Errors
    /// When no server can be reached.
    pub(super) fn open(url: &str) -> Result<Self, StorageError> {
        let cluster = Arc::new(Cluster::new(Hosts::parse(url)?)?);
        let readers = Pool::new(Arc::clone(&cluster), READERS as usize);
        readers.put_back(cluster.connect()?);
        let writers = Pool::new(Arc::clone(&cluster), WRITERS as usize);
        Ok(Self {
            shared: Arc::new(Shared {
                cluster,
                readers,
                writers,
                counts: Counts::default(),
            }),
        })
    }

    pub(super) async fn read<T, E, F>(&self, work: F, is_slow: bool) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let read = move |shared: &Shared, deadline| shared.read(&work, deadline);
        if is_slow {
            return self
                .blocking(|shared| &shared.readers, SLOW_READ_MAX, read)
                .await;
        }
        budget::spend(READ_MAX, |max| {
            self.blocking(|shared| &shared.readers, max, read)
        })
        .await
    }

    pub(super) async fn write<T, E, F>(&self, work: F, is_bulk: bool) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let write = move |shared: &Shared, deadline| {
            let write = Write {
                cluster: &shared.cluster,
                pool: &shared.writers,
                counts: &shared.counts,
                deadline,
                is_bulk,
            };
            write.run(&work)
        };
        if is_bulk {
            return self
                .blocking(|shared| &shared.writers, BULK_MAX, write)
                .await;
        }
        budget::spend(WRITE_MAX, |max| {
            self.blocking(|shared| &shared.writers, max, write)
        })
        .await
    }

    /// Runs work that blocks, once a connection of the pool may be used; it has until `max` from now.
    async fn blocking<T, E>(
        &self,
        pool: impl Fn(&Shared) -> &Pool,
        max: Duration,
        work: impl FnOnce(&Shared, Instant) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let deadline = Instant::now() + max;
        let permit = pool(&self.shared).permit(deadline).await?;
        let shared = Arc::clone(&self.shared);
        let work = move || {
            let result = begun_in_time(deadline).and_then(|()| work(&shared, deadline));
            drop(permit);
            result
        };
        within(deadline, work).await
    }

    /// Reads once this node has applied what the others have committed; a server that is no node reads at once.
    pub(super) async fn catch_up(&self) -> Result<(), StorageError> {
        let read = |conn: &mut Conn| {
            let statement =
                "SET STATEMENT wsrep_sync_wait = 1 FOR SELECT id FROM write_markers LIMIT 1";
            Ok(conn.batch_execute(statement)?)
        };
        self.read(read, false).await
    }

    pub(super) async fn close(&self) {
        self.shared.readers.close(READERS).await;
        self.shared.writers.close(WRITERS).await;
    }

    /// Names and values since the start, for the operator.
    pub(super) fn counts(&self) -> [(&'static str, u64); 3] {
        let Shared {
            counts, cluster, ..
        } = &*self.shared;
        [
            (
                "database_transactions_run_again",
                counts.again.load(Ordering::Relaxed),
            ),
            (
                "database_commits_unanswered",
                counts.unknown.load(Ordering::Relaxed),
            ),
            (
                "database_connections_lost",
                cluster.lost.load(Ordering::Relaxed),
            ),
        ]
    }
}

/// Connects to the first server that can serve, for a command that may take long.
pub(super) fn connect(url: &str) -> Result<MysqlConnection, StorageError> {
    Hosts::parse(url)?.first_of(|host| Ok(MysqlConnection::establish(&host.url)?))
}

impl Shared {
    /// Reads, once more if the connection was lost.
    fn read<T, E>(
        &self,
        work: &impl Fn(&mut Conn) -> Result<T, E>,
        deadline: Instant,
    ) -> Result<T, E>
    where
        E: From<StorageError>,
    {
        let (result, lost) = self.read_once(work, deadline)?;
        if !lost || Instant::now() > deadline {
            return result;
        }
        self.read_once(work, deadline)?.0
    }

    fn read_once<T, E>(
        &self,
        work: &impl Fn(&mut Conn) -> Result<T, E>,
        deadline: Instant,
    ) -> Result<(Result<T, E>, bool), StorageError> {
        let mut session = self.readers.take(deadline)?;
        let result = session.run(deadline, |session| work(&mut session.conn));
        let failure = session.failures.take();
        // A row that can't be fetched is not recorded as a failed statement.
        let lost = matches!(failure, Some((Failure::Lost, _)))
            || result.is_err() && !session.run(deadline, Session::is_alive);
        if lost {
            self.cluster.record_loss();
        } else {
            self.readers.put_back(session);
        }
        Ok((result, lost))
    }
}

/// Refuses what has waited too long for a thread: its caller is gone.
fn begun_in_time<E: From<StorageError>>(deadline: Instant) -> Result<(), E> {
    if Instant::now() > deadline {
        return Err(StorageError::Busy.into());
    }
    Ok(())
}

/// Runs blocking work; the caller does not wait longer than `deadline` for it.
async fn within<T, E>(
    deadline: Instant,
    work: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, E>
where
    T: Send + 'static,
    E: From<StorageError> + Send + 'static,
{
    let done = tokio::task::spawn_blocking(work);
    match tokio::time::timeout_at((deadline + GRACE).into(), done).await {
        Ok(Ok(result)) => result,
        Ok(Err(lost)) => Err(StorageError::Interrupted(lost.to_string()).into()),
        Err(_) => Err(StorageError::Unknown.into()),
    }
}
