//! Storage: one handle, two ways in. `read` looks, `write` changes inside a transaction that is on disk
//! before it answers. Features keep their statements in their own `sql.rs`; this module knows no table.

mod connection;
pub mod dialect;
mod error;
mod readers;
pub mod schema;
mod writer;

use std::sync::Arc;

pub use connection::Conn;
pub use error::StorageError;

use readers::Readers;
use writer::Writer;

/// The database, shared by everything; cheap to clone.
#[derive(Clone)]
pub struct Db {
    shared: Arc<Shared>,
}

struct Shared {
    readers: Readers,
    writer: Writer,
}

impl Db {
    /// Opens the database at `url` (`sqlite://path` or, with the `mysql` feature, `mysql://…`) and brings
    /// its schema up to date. Fails when the file can't be opened or a migration fails.
    pub fn open(url: &str) -> Result<Self, StorageError> {
        connection::migrate(url)?;
        let shared = Shared {
            readers: Readers::open(url)?,
            writer: Writer::open(url)?,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Runs short reads by index. SQLite answers in place on this thread, where a hop to another costs
    /// more than the query; MySQL goes to the blocking pool.
    pub async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: FnOnce(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        if self.shared.readers.in_place() {
            self.shared.readers.with(work)
        } else {
            self.read_slow(work).await
        }
    }

    /// Runs reads that may take long (search, audit) away from the threads that serve requests.
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

    /// Runs `work` in one transaction: all of it or, on `Err`, nothing. `Ok` means it is on disk.
    ///
    /// `work` may run more than once (an engine that detects conflicts at commit asks for that), so it
    /// touches nothing but the connection.
    pub async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        self.shared.writer.run(work).await
    }

    /// Waits until every transaction handed in before is answered, then stops the writer.
    pub async fn close(&self) {
        self.shared.writer.close().await;
    }
}

/// Asks the database for nothing at all.
///
/// # Errors
/// When it does not answer.
pub fn ping(conn: &mut Conn) -> Result<(), StorageError> {
    use diesel::RunQueryDsl;
    diesel::sql_query("SELECT 1").execute(conn)?;
    Ok(())
}
