//! The storage engines side by side.

use std::sync::Arc;
use std::time::Duration;

use super::StorageError;
use super::connection::{self, Conn};
use super::group_commit::GroupCommit;
#[cfg(feature = "mysql")]
use super::mysql;
use super::sqlite_readers::Readers;

/// A transaction that takes longer by itself is logged: with SQLite it holds up all other writes, and should be several.
const WRITE_MAX: Duration = Duration::from_millis(50);

/// Threads for slow reads, and for files.
const BLOCKING_THREADS: usize = 16;

pub(super) enum Engine {
    Sqlite {
        readers: Readers,
        writer: GroupCommit,
    },
    #[cfg(feature = "mysql")]
    Mysql(mysql::Engine),
}

impl Engine {
    pub(super) fn open(url: &str) -> Result<Self, StorageError> {
        #[cfg(feature = "mysql")]
        if connection::sqlite_path(url).is_none() {
            return Ok(Self::Mysql(mysql::Engine::open(url)?));
        }
        Ok(Self::Sqlite {
            readers: Readers::open(url)?,
            writer: GroupCommit::open(url)?,
        })
    }

    pub(super) async fn read<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        match self {
            Self::Sqlite { readers, .. } => readers.with(work),
            #[cfg(feature = "mysql")]
            Self::Mysql(engine) => engine.read(work, false).await,
        }
    }

    pub(super) async fn read_slow<T, E, F>(this: &Arc<Self>, work: F) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        #[cfg(feature = "mysql")]
        if let Self::Mysql(engine) = &**this {
            return engine.read(work, true).await;
        }
        let engine = Arc::clone(this);
        let read = move || match &*engine {
            Self::Sqlite { readers, .. } => readers.with(work),
            #[cfg(feature = "mysql")]
            Self::Mysql(_) => Err(StorageError::Busy.into()),
        };
        tokio::task::spawn_blocking(read)
            .await
            .unwrap_or_else(|lost| Err(StorageError::Interrupted(lost.to_string()).into()))
    }

    pub(super) async fn write<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        match self {
            Self::Sqlite { writer, .. } => writer.run(work, Some(WRITE_MAX)).await,
            #[cfg(feature = "mysql")]
            Self::Mysql(engine) => engine.write(work, false).await,
        }
    }

    #[cfg(feature = "sandbox")]
    pub(super) async fn write_bulk<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: Fn(&mut Conn) -> Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: From<StorageError> + Send + 'static,
    {
        match self {
            Self::Sqlite { writer, .. } => writer.run(work, None).await,
            #[cfg(feature = "mysql")]
            Self::Mysql(engine) => engine.write(work, true).await,
        }
    }

    pub(super) async fn catch_up(&self) -> Result<bool, StorageError> {
        match self {
            Self::Sqlite { .. } => Ok(false),
            #[cfg(feature = "mysql")]
            Self::Mysql(engine) => engine.catch_up().await.map(|()| true),
        }
    }

    pub(super) fn counts(&self) -> Vec<(&'static str, u64)> {
        match self {
            Self::Sqlite { .. } => Vec::new(),
            #[cfg(feature = "mysql")]
            Self::Mysql(engine) => engine.counts().to_vec(),
        }
    }

    pub(super) async fn close(&self) {
        match self {
            Self::Sqlite { writer, .. } => writer.close().await,
            #[cfg(feature = "mysql")]
            Self::Mysql(engine) => engine.close().await,
        }
    }
}

/// Threads that the queries to the database at `url` may block.
pub(super) fn blocking_threads(url: &str) -> usize {
    match connection::sqlite_path(url) {
        Some(_) => BLOCKING_THREADS,
        None => BLOCKING_THREADS + SERVER_CONNECTIONS,
    }
}

#[cfg(feature = "mysql")]
const SERVER_CONNECTIONS: usize = mysql::CONNECTIONS;
#[cfg(not(feature = "mysql"))]
const SERVER_CONNECTIONS: usize = 0;
