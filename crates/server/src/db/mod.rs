//! Storage: one handle with two entry points. [`Db::read`] runs queries; [`Db::write`] runs a transaction and returns
//! once it is durable. Each feature keeps its statements in its own `sql.rs`; only `write_markers` and the copy, which
//! copies every table, are here.

mod batch;
mod budget;
mod connection;
pub mod copy;
pub mod dialect;
mod engine;
mod error;
mod failure;
mod group_commit;
#[cfg(feature = "mysql")]
mod migration_lock;
#[cfg(feature = "mysql")]
mod mysql;
mod outage;
mod queued;
pub mod schema;
mod sqlite_readers;
mod write_ahead_log;
mod write_check;

use std::sync::Arc;

pub use batch::Batch;
pub use budget::{keep_budget, with_budget};
pub use connection::Conn;
pub use error::StorageError;

use engine::Engine;
use write_check::WriteCheck;

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    engine: Arc<Engine>,
    write_check: Arc<WriteCheck>,
}

impl Db {
    /// Opens the database at `url` (`sqlite://path` or, with the `mysql` feature, `mysql://…`) and runs the pending
    /// migrations.
    ///
    /// # Errors
    /// When the database can't be opened or a migration fails.
    pub fn open(url: &str) -> Result<Self, StorageError> {
        connection::migrate(url)?;
        Self::open_current(url)
    }

    /// As [`Db::open`], but refuses a database whose migrations are not those of this program.
    ///
    /// # Errors
    /// When the database can't be opened, needs a migration, or is an incomplete copy.
    pub fn open_current(url: &str) -> Result<Self, StorageError> {
        connection::check_migrated(url)?;
        copy::refuse_unfinished(url)?;
        Ok(Self {
            engine: Arc::new(Engine::open(url)?),
            write_check: Arc::default(),
        })
    }

    /// Runs short, indexed queries. With SQLite they run on the calling thread, since a switch to another costs more
    /// than the query; with MySQL they run on the blocking pool, and once more if the connection is lost.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.engine.read(work).await
    }

    /// Runs queries that may be slow (search, audit) on the blocking pool, so that they don't hold up requests.
    pub async fn read_slow<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        Engine::read_slow(&self.engine, work).await
    }

    /// Runs `work` in one transaction, which is rolled back on `Err`. `Ok` means that it is durable.
    ///
    /// `work` may run more than once (an engine may detect a conflict at the commit, or lose the connection), so it
    /// must have no effect except through the connection.
    ///
    /// # Errors
    /// Those of `work`, and [`StorageError::Unavailable`], [`StorageError::Busy`] and [`StorageError::Unknown`].
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.engine.write(work).await
    }

    /// As [`Db::write`], for generated data: it may take long.
    #[cfg(feature = "sandbox")]
    pub async fn write_bulk<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.engine.write_bulk(work).await
    }

    /// Proves that a transaction can be committed now; once a second at most.
    ///
    /// # Errors
    /// That of the transaction.
    pub async fn check_writes(&self) -> Result<(), StorageError> {
        self.write_check.run(&self.engine).await
    }

    /// Waits until what other nodes of a cluster have committed before can be read here. `false` when there are none:
    /// nothing can be missing.
    ///
    /// # Errors
    /// When the database fails, or the node stays behind for seconds.
    pub async fn catch_up(&self) -> Result<bool, StorageError> {
        self.engine.catch_up().await
    }

    /// What the storage has counted since the start: names and values.
    pub fn counts(&self) -> Vec<(&'static str, u64)> {
        self.engine.counts()
    }

    /// Waits for all queued transactions, then closes the database.
    pub async fn close(&self) {
        self.engine.close().await;
    }
}

/// Runs a trivial query.
///
/// # Errors
/// When the database can't be reached.
pub fn ping(conn: &mut Conn) -> Result<(), StorageError> {
    use diesel::RunQueryDsl;
    diesel::sql_query("SELECT 1").execute(conn)?;
    Ok(())
}

/// Most threads that may be blocked at a time by queries to the database at `url`. With SQLite each keeps a
/// connection with its page cache.
pub fn blocking_threads(url: &str) -> usize {
    engine::blocking_threads(url)
}
