//! Storage: one handle with two entry points. [`Db::read`] runs queries; [`Db::write`] runs a transaction and returns
//! once it is durable. Each feature keeps its statements in its own `sql.rs`; this module depends on no table.

mod batch;
mod connection;
pub mod dialect;
mod error;
mod readers;
pub mod schema;
mod writer;

use std::sync::Arc;
use std::time::Duration;

pub use batch::Batch;
pub use connection::Conn;
pub use error::StorageError;

use readers::Readers;
use writer::Writer;

/// A transaction that takes longer by itself is logged: it holds up all other writes, and should be several.
const WRITE_MAX: Duration = Duration::from_millis(50);

/// A handle to the database; cheap to clone.
#[derive(Clone)]
pub struct Db {
    shared: Arc<Shared>,
}

struct Shared {
    readers: Readers,
    writer: Writer,
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
    /// When the database can't be opened, or needs a migration.
    pub fn open_current(url: &str) -> Result<Self, StorageError> {
        connection::check_migrated(url)?;
        let shared = Shared {
            readers: Readers::open(url)?,
            writer: Writer::open(url)?,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Runs short, indexed queries. With SQLite they run on the calling thread, since a switch to another costs more
    /// than the query; with MySQL they run on the blocking pool.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        if self.shared.readers.run_inline() {
            self.shared.readers.with(work)
        } else {
            self.read_slow(work).await
        }
    }

    /// Runs queries that may be slow (search, audit) on the blocking pool, so that they don't hold up requests.
    pub async fn read_slow<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || shared.readers.with(work))
            .await
            .unwrap_or_else(|lost| Err(StorageError::Interrupted(lost.to_string()).into()))
    }

    /// Runs `work` in one transaction, which is rolled back on `Err`. `Ok` means that it is durable.
    ///
    /// `work` may run more than once (engines that detect conflicts at commit need retries), so it must have no
    /// effect except through the connection.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.shared.writer.run(work, Some(WRITE_MAX)).await
    }

    /// As [`Db::write`], for generated data: it may take long, since nothing else is written meanwhile.
    #[cfg(feature = "sandbox")]
    pub async fn write_bulk<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.shared.writer.run(work, None).await
    }

    /// Waits for all queued transactions, then stops the writer.
    pub async fn close(&self) {
        self.shared.writer.close().await;
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
