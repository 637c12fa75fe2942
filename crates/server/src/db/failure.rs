//! Failures of the database itself, as opposed to those of a statement's values: after one of them the transaction is
//! over, whatever the work that saw it makes of it.

use std::sync::{Arc, Mutex, PoisonError};

use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel::result::{DatabaseErrorKind, Error};

/// What happened to a transaction or its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The engine rolled it back, since another one was first: it can run again at once.
    Conflict,
    /// The connection is lost, or its server can't serve now.
    Lost,
    /// The database can't be written: locked by another process, full, read-only, damaged.
    Unavailable,
}

/// Parts of the messages of servers with the MySQL protocol, which Diesel passes on without their numbers:
/// <https://mariadb.com/docs/server/reference/error-codes/mariadb-error-code-reference>.
const MYSQL_CONFLICTS: [&str; 3] = [
    // 1213
    "Deadlock found when trying to get lock",
    // 1205
    "Lock wait timeout exceeded",
    // 1020
    "Record has changed since last read",
];

/// As [`MYSQL_CONFLICTS`]: 1180, 1047, 2006, 2013, 2002, 2026, 1053, 1927, 1317, 1969 and 1290.
const MYSQL_LOST: [&str; 12] = [
    "during COMMIT",
    "WSREP has not yet prepared node",
    "erver has gone away",
    "Lost connection to",
    "Can't connect to",
    "SSL error",
    "Server shutdown in progress",
    "Connection was killed",
    "Query execution was interrupted",
    "Unknown prepared statement handler",
    "read-only option",
    "Commands out of sync",
];

/// Messages of SQLite's result codes BUSY, FULL, IOERR, CANTOPEN, READONLY, CORRUPT, NOTADB, NOMEM and PROTOCOL:
/// <https://www.sqlite.org/rescode.html>.
const SQLITE_UNAVAILABLE: [&str; 10] = [
    "database is locked",
    "database table is locked",
    "database or disk is full",
    "disk I/O error",
    "unable to open database file",
    "attempt to write a readonly database",
    "database disk image is malformed",
    "file is not a database",
    "out of memory",
    "locking protocol",
];

impl Failure {
    /// The failure behind an error; `None` when the error is of the statement or its values.
    pub(super) fn of(error: &Error) -> Option<Self> {
        match error {
            Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => {
                Some(Self::Conflict)
            }
            Error::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _,
            )
            | Error::BrokenTransactionManager => Some(Self::Lost),
            Error::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _) => {
                Some(Self::Unavailable)
            }
            Error::DatabaseError(DatabaseErrorKind::Unknown, information) => {
                Self::of_message(information.message())
            }
            Error::RollbackErrorOnCommit { commit_error, .. } => Self::of(commit_error),
            _ => None,
        }
    }

    /// As [`Failure::of`], by the engine's message.
    pub(super) fn of_message(message: &str) -> Option<Self> {
        let is_one_of = |parts: &[&str]| parts.iter().any(|part| message.contains(part));
        if is_one_of(&MYSQL_CONFLICTS) {
            Some(Self::Conflict)
        } else if is_one_of(&MYSQL_LOST) {
            Some(Self::Lost)
        } else if is_one_of(&SQLITE_UNAVAILABLE) {
            Some(Self::Unavailable)
        } else {
            None
        }
    }
}

/// Sees all statements of a connection and keeps the first failure: work that treats an error as an ordinary refusal
/// can't hide that its transaction is over.
#[derive(Clone, Default)]
pub(super) struct FailureRecorder {
    first: Arc<Mutex<Option<(Failure, String)>>>,
}

impl FailureRecorder {
    /// The first failure since the last call, with the engine's message.
    pub(super) fn take(&self) -> Option<(Failure, String)> {
        self.lock().take()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<(Failure, String)>> {
        self.first.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Instrumentation for FailureRecorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::FinishQuery {
            error: Some(error), ..
        } = event
            && let Some(failure) = Failure::of(error)
        {
            self.lock().get_or_insert((failure, error.to_string()));
        }
    }
}
