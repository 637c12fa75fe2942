//! What can go wrong with storage, apart from what was asked.

use thiserror::Error;

/// The database failed. Never the caller's fault; answered as a 5xx.
#[derive(Debug, Error)]
pub enum StorageError {
    /// A statement failed.
    #[error("database: {0}")]
    Query(#[from] diesel::result::Error),
    /// The database can't be opened.
    #[error("the database can't be opened: {0}")]
    Open(#[from] diesel::ConnectionError),
    /// The schema can't be brought up to date.
    #[error("migration: {0}")]
    Migration(String),
    /// The address names an engine that this build does not have.
    #[error("the database address must begin with {0}")]
    Address(&'static str),
    /// The transactions that shared this flush did not reach the disk; none of them happened.
    #[error("commit: {0}")]
    Commit(String),
    /// The work was interrupted by a shutdown or a panic.
    #[error("interrupted: {0}")]
    Interrupted(String),
    /// A stored value that the domain does not allow.
    #[error("stored value: {0}")]
    Corrupt(String),
}

impl StorageError {
    /// A stored value that the domain does not allow.
    pub fn corrupt(what: impl std::fmt::Display) -> Self {
        Self::Corrupt(what.to_string())
    }
}

impl From<StorageError> for web::AppError {
    fn from(error: StorageError) -> Self {
        Self::internal(error)
    }
}
