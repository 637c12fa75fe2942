//! Storage errors.

use diesel::result::{DatabaseErrorKind, Error};

use super::failure::Failure;

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
    /// The server lacks something that is needed.
    #[error("{0}")]
    Unsupported(&'static str),
    /// The copy to this database was not finished.
    #[error(
        "the database is an incomplete copy: `funsun copy-database` runs, or was interrupted. {0}"
    )]
    Incomplete(&'static str),
    /// The database can't be reached or written now. Nothing was changed.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Too many others wait. Nothing was changed.
    #[error("too many wait for the database")]
    Busy,
    /// It is not known whether the transaction was committed.
    #[error("the database did not answer: the outcome is not known")]
    Unknown,
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

    /// Whether the state of the database is the cause, which may be another one in a while.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Query(error) => Failure::of(error).is_some(),
            Self::Open(_) | Self::Unavailable(_) | Self::Busy | Self::Unknown => true,
            _ => false,
        }
    }
}

impl From<StorageError> for web::AppError {
    fn from(error: StorageError) -> Self {
        let detail = match error {
            StorageError::Unknown => {
                "the database did not answer in time: look whether it was done before you try again"
            }
            _ if error.is_temporary() => "the database is not available: try again in a while",
            _ => return Self::internal(error),
        };
        Self::unavailable("database", detail).with_source(error)
    }
}
