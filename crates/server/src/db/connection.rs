//! The connection type, common to all engines in this build, and the settings of each engine.

use diesel::Connection;
use diesel::connection::SimpleConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::StorageError;
#[cfg(feature = "mysql")]
use super::migration_lock::MigrationLock;

/// The connection type of all statements.
#[cfg(not(feature = "mysql"))]
pub type Conn = diesel::sqlite::SqliteConnection;

/// The connection type of all statements.
#[cfg(feature = "mysql")]
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// SQLite, embedded.
    Sqlite(diesel::sqlite::SqliteConnection),
    /// Any server with the MySQL protocol.
    Mysql(diesel::mysql::MysqlConnection),
}

const SQLITE_SCHEME: &str = "sqlite://";
const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
#[cfg(feature = "mysql")]
const MYSQL_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/mysql");

/// Write-ahead log, fsync at every commit, foreign keys enforced. `busy_timeout` is in milliseconds: how long a
/// connection waits for a lock that another process holds. `journal_size_limit` is in bytes: a log that has grown
/// larger is truncated after a checkpoint.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 2500; PRAGMA journal_mode = WAL; \
    PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; \
    PRAGMA cache_size = -8000; PRAGMA journal_size_limit = 16777216;";

/// The path of the file of an SQLite database.
pub(super) fn sqlite_path(url: &str) -> Option<&str> {
    url.strip_prefix(SQLITE_SCHEME)
}

/// Opens a read-write connection to an SQLite database.
pub(super) fn open(url: &str) -> Result<Conn, StorageError> {
    let conn = open_sqlite(url)?;
    #[cfg(feature = "mysql")]
    let conn = Conn::Sqlite(conn);
    Ok(conn)
}

/// Opens a connection to the database at `url`, for work that may take long.
pub(super) fn connect(url: &str) -> Result<Conn, StorageError> {
    #[cfg(feature = "mysql")]
    if sqlite_path(url).is_none() {
        return Ok(Conn::Mysql(super::mysql::connect(url)?));
    }
    open(url)
}

/// Opens a connection to an SQLite database for reads.
pub(super) fn open_reader(url: &str) -> Result<Conn, StorageError> {
    let mut conn = open(url)?;
    conn.batch_execute("PRAGMA query_only = ON;")?;
    Ok(conn)
}

/// Runs the pending migrations. SQLite checks foreign keys afterwards: a migration that replaces a table, as its
/// documentation recommends (<https://www.sqlite.org/lang_altertable.html#otheralter>), breaks them meanwhile.
pub(super) fn migrate(url: &str) -> Result<(), StorageError> {
    #[cfg(feature = "mysql")]
    if sqlite_path(url).is_none() {
        return migrate_server(url);
    }
    let mut conn = open_sqlite(url)?;
    if !is_pending(&mut conn, SQLITE_MIGRATIONS)? {
        return Ok(());
    }
    conn.batch_execute("PRAGMA foreign_keys = OFF;")?;
    // One transaction: a database whose keys are broken stays as it was. Another program may migrate at the same time.
    conn.immediate_transaction(|conn| {
        run(conn, SQLITE_MIGRATIONS)?;
        check_foreign_keys(conn)
    })
}

/// Runs the pending migrations of a server, one program at a time.
#[cfg(feature = "mysql")]
fn migrate_server(url: &str) -> Result<(), StorageError> {
    let mut conn = super::mysql::connect(url)?;
    if !is_pending(&mut conn, MYSQL_MIGRATIONS)? {
        return Ok(());
    }
    let lock = MigrationLock::take(url, &mut conn)?;
    let migrated = run(&mut conn, MYSQL_MIGRATIONS);
    let released = lock.release(&mut conn);
    migrated.and(released)
}

fn check_foreign_keys(conn: &mut diesel::sqlite::SqliteConnection) -> Result<(), StorageError> {
    let broken = diesel::RunQueryDsl::load::<BrokenKey>(
        diesel::sql_query("SELECT \"table\" AS name FROM pragma_foreign_key_check LIMIT 1"),
        conn,
    )?;
    match broken.first() {
        Some(key) => Err(StorageError::Migration(format!(
            "a row of {} refers to one that does not exist",
            key.name
        ))),
        None => Ok(()),
    }
}

/// A row whose foreign key refers to nothing.
#[derive(diesel::QueryableByName)]
struct BrokenKey {
    #[diesel(sql_type = diesel::sql_types::Text)]
    name: String,
}

/// Refuses a database with pending migrations.
pub(super) fn check_migrated(url: &str) -> Result<(), StorageError> {
    #[cfg(feature = "mysql")]
    if sqlite_path(url).is_none() {
        let mut conn = super::mysql::connect(url)?;
        return refuse_pending(is_pending(&mut conn, MYSQL_MIGRATIONS)?);
    }
    refuse_pending(is_pending(&mut open_sqlite(url)?, SQLITE_MIGRATIONS)?)
}

fn refuse_pending(pending: bool) -> Result<(), StorageError> {
    if pending {
        let advice = "this program needs a newer schema: run `funsun migrate` first";
        return Err(StorageError::Migration(advice.to_owned()));
    }
    Ok(())
}

fn is_pending<C>(conn: &mut C, migrations: EmbeddedMigrations) -> Result<bool, StorageError>
where
    C: MigrationHarness<<C as Connection>::Backend> + Connection,
{
    conn.has_pending_migration(migrations)
        .map_err(|error| StorageError::Migration(error.to_string()))
}

fn run<C>(conn: &mut C, migrations: EmbeddedMigrations) -> Result<(), StorageError>
where
    C: MigrationHarness<<C as Connection>::Backend> + Connection,
{
    conn.run_pending_migrations(migrations)
        .map(|_| ())
        .map_err(|error| StorageError::Migration(error.to_string()))
}

fn open_sqlite(url: &str) -> Result<diesel::sqlite::SqliteConnection, StorageError> {
    let path = sqlite_path(url).ok_or(StorageError::UnsupportedUrl(URL_SCHEMES))?;
    let mut conn = diesel::sqlite::SqliteConnection::establish(path)?;
    conn.batch_execute(SQLITE_SETTINGS)?;
    Ok(conn)
}

#[cfg(not(feature = "mysql"))]
const URL_SCHEMES: &str = "sqlite:// (this build has no MySQL; build with --features mysql)";
#[cfg(feature = "mysql")]
const URL_SCHEMES: &str = "sqlite:// or mysql://";
