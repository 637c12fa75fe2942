//! One connection to a server, with its settings and what is known about its state.

use std::sync::Arc;
use std::time::{Duration, Instant};

use diesel::Connection;
use diesel::connection::{
    Instrumentation, InstrumentationEvent, SimpleConnection, TransactionManager,
};
use diesel::mysql::MysqlConnection;

use super::hosts::{Host, Hosts};
use super::marker::Marker;
use super::watchdog::{Watchdog, Watched};
use crate::db::StorageError;
use crate::db::connection::Conn;
use crate::db::failure::{Failure, FailureRecorder};

type Manager = <Conn as Connection>::TransactionManager;

/// A row that was changed after the transaction's snapshot can't be changed by it (error 1020), so that nothing is
/// decided on outdated values; waiting for a lock ends before the caller gives up; messages are those that
/// [`Failure::of`] knows. Strict mode refuses values that do not fit, instead of truncating them.
const SETTINGS: &str = "SET SESSION innodb_snapshot_isolation = ON, innodb_lock_wait_timeout = 1, \
    lock_wait_timeout = 3, lc_messages = 'en_US', sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'; \
    SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ";

/// A connection that is open.
pub(super) struct Session {
    pub(super) conn: Conn,
    pub(super) failures: FailureRecorder,
    /// Made by the first transaction.
    pub(super) marker: Option<Marker>,
    watched: Arc<Watched>,
    /// When it was opened.
    pub(super) opened: Instant,
    /// When it last answered.
    pub(super) answered: Instant,
}

impl Session {
    /// Connects to the first server that can serve.
    ///
    /// # Errors
    /// That of the last server tried.
    pub(super) fn open(hosts: &Hosts, watchdog: &Watchdog) -> Result<Self, StorageError> {
        hosts.first_of(|host| {
            let session = Self::connect(host, watchdog)?;
            hosts.prefer(host);
            Ok(session)
        })
    }

    fn connect(host: &Host, watchdog: &Watchdog) -> Result<Self, StorageError> {
        let (conn, watched) = watchdog.open(host.port, || {
            let mut conn = MysqlConnection::establish(&host.url)?;
            configure(&mut conn)?;
            Ok::<_, StorageError>(conn)
        })?;
        let failures = FailureRecorder::default();
        let mut conn = Conn::Mysql(conn);
        conn.set_instrumentation(Statements {
            failures: failures.clone(),
            watched: Arc::clone(&watched),
        });
        let now = Instant::now();
        Ok(Self {
            conn,
            failures,
            marker: None,
            watched,
            opened: now,
            answered: now,
        })
    }

    /// Runs `work`; the connection is cut at `deadline`.
    pub(super) fn run<T>(&mut self, deadline: Instant, work: impl FnOnce(&mut Self) -> T) -> T {
        let watched = Arc::clone(&self.watched);
        watched.begin(deadline);
        let result = work(self);
        watched.end();
        result
    }

    /// Limits how long each statement may take until [`Session::run`] returns; `None`: up to the deadline.
    pub(super) fn limit_statements(&self, max: Option<Duration>) {
        self.watched.limit_statements(max);
    }

    /// Whether the server still answers.
    pub(super) fn is_alive(&mut self) -> bool {
        let alive = crate::db::ping(&mut self.conn).is_ok();
        self.failures.take();
        self.answered = Instant::now();
        alive
    }

    /// Rolls back; `false` when the connection must not be used again.
    pub(super) fn roll_back(&mut self) -> bool {
        if self.is_idle() {
            return self.is_alive();
        }
        let rolled_back = Manager::rollback_transaction(&mut self.conn).is_ok();
        let lost = matches!(self.failures.take(), Some((Failure::Lost, _)));
        rolled_back && !lost && self.is_idle()
    }

    /// Whether no transaction is open, by the client's own account.
    fn is_idle(&mut self) -> bool {
        let status = Manager::transaction_manager_status_mut(&mut self.conn);
        matches!(status.transaction_depth(), Ok(None))
    }
}

/// Tells the watchdog of each statement.
struct Statements {
    failures: FailureRecorder,
    watched: Arc<Watched>,
}

impl Instrumentation for Statements {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { .. } => self.watched.begin_statement(),
            InstrumentationEvent::FinishQuery { .. } => self.watched.end_statement(),
            _ => {}
        }
        self.failures.on_connection_event(event);
    }
}

/// Applies the settings and checks that the server can serve: a node of a Galera cluster without its majority accepts
/// connections, but no queries.
fn configure(conn: &mut MysqlConnection) -> Result<(), StorageError> {
    conn.batch_execute(SETTINGS).map_err(|error| {
        if error.to_string().contains("innodb_snapshot_isolation") {
            let advice = "the server must be MariaDB 10.6.18, 10.11.8, 11.4.2 or later: it needs \
                innodb_snapshot_isolation";
            return StorageError::Unsupported(advice);
        }
        StorageError::Query(error)
    })?;
    conn.batch_execute("SELECT 1 FROM __diesel_schema_migrations LIMIT 1")
        .or_else(|error| match Failure::of(&error) {
            // A new database has no such table yet.
            None => Ok(()),
            Some(_) => Err(error),
        })?;
    Ok(())
}
