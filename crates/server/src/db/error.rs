//! Storage errors.

use diesel::result::{DatabaseErrorKind, Error};

/// The database failed. Never caused by the request; mapped to a 5xx status.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// A statement failed.
    #[error("database: {0}")]
    Query(#[from] diesel::result::Error),
    /// The database can't be opened.
    #[error("the database can't be opened: {0}")]
    Open(#[from] diesel::ConnectionError),
    /// A migration failed.
    #[error("migration: {0}")]
    Migration(String),
    /// The URL is of an engine that this build does not support.
    #[error("the database URL must begin with {0}")]
    UnsupportedUrl(&'static str),
    /// The commit failed: all transactions of the batch were rolled back.
    #[error("commit: {0}")]
    Commit(String),
    /// A shutdown or a panic interrupted the work.
    #[error("interrupted: {0}")]
    Interrupted(String),
    /// A stored value violates a rule of the domain.
    #[error("stored value: {0}")]
    Corrupt(String),
}

impl StorageError {
    /// Wraps the reason why a stored value is invalid.
    pub fn corrupt(what: impl std::fmt::Display) -> Self {
        Self::Corrupt(what.to_string())
    }

    /// Whether the values of a row are the cause, so that the transaction may go on with other rows.
    pub fn is_of_row(&self) -> bool {
        matches!(
            self,
            Self::Corrupt(_)
                | Self::Query(Error::NotFound)
                | Self::Query(Error::DatabaseError(
                    DatabaseErrorKind::UniqueViolation
                        | DatabaseErrorKind::ForeignKeyViolation
                        | DatabaseErrorKind::NotNullViolation
                        | DatabaseErrorKind::CheckViolation,
                    _,
                ))
        )
    }
}

impl From<StorageError> for web::AppError {
    fn from(error: StorageError) -> Self {
        Self::internal(error)
    }
}
