//! What engines have no common statement for: locks, names of tables, the next generated keys.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::sqlite::SqliteConnection;

use super::CopyError;
use super::tables::Table;
use crate::db::{Conn, connection};

/// The table whose presence marks an incomplete copy.
pub(super) const MARKER: &str = "unfinished_copy";

/// How long the source waits for locks of others, in milliseconds.
const WAIT_MILLISECONDS: u32 = 2_500;

/// Opens the source so that nobody else can write to it. SQLite: nobody else may have it open at all, since a service
/// that is only idle now would go on in the old database. MySQL: others can't write to the tables through the same
/// server, until the connection is closed.
pub(super) fn open_locked(url: &str, tables: &[Table]) -> Result<Conn, CopyError> {
    #[cfg(feature = "mysql")]
    if connection::sqlite_path(url).is_none() {
        return lock_server(url, tables);
    }
    let _ = tables;
    let path = connection::sqlite_path(url).unwrap_or_default();
    let open = || {
        let mut conn = SqliteConnection::establish(path)?;
        // The mode must be set before the first access: a connection with the usual settings shares the file.
        conn.batch_execute(&format!(
            "PRAGMA busy_timeout = {WAIT_MILLISECONDS}; PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE;"
        ))?;
        Ok(conn)
    };
    let conn = open().map_err(CopyError::SourceInUse)?;
    #[cfg(feature = "mysql")]
    let conn = Conn::Sqlite(conn);
    Ok(conn)
}

#[cfg(feature = "mysql")]
fn lock_server(url: &str, tables: &[Table]) -> Result<Conn, CopyError> {
    let mut conn = connection::connect(url).map_err(CopyError::Source)?;
    let names: Vec<_> = tables
        .iter()
        .map(|table| format!("{} READ", table.name))
        .collect();
    // It is idle while the target is read back.
    conn.batch_execute(&format!(
        "SET SESSION lock_wait_timeout = 5, wait_timeout = 604800; LOCK TABLES {}",
        names.join(", ")
    ))
    .map_err(|error| CopyError::SourceInUse(error.into()))?;
    Ok(conn)
}

/// Settings of the connection that writes. MySQL: a value that does not fit is refused and not truncated, and a key
/// of 0 is kept.
pub(super) fn configure_target(conn: &mut Conn) -> QueryResult<()> {
    let settings = by_engine(
        conn,
        "",
        "SET SESSION sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO', \
         wait_timeout = 604800",
    );
    if settings.is_empty() {
        return Ok(());
    }
    conn.batch_execute(settings)
}

/// Creates the marker; fails if another copy has done so.
pub(super) fn mark_unfinished(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute(&format!(
        "CREATE TABLE {MARKER} (id BIGINT PRIMARY KEY NOT NULL)"
    ))
}

pub(super) fn mark_finished(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute(&format!("DROP TABLE {MARKER}"))
}

/// The tables of the database.
pub(super) fn table_names(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let sql = by_engine(
        conn,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'",
        "SELECT table_name AS name FROM information_schema.tables \
         WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'",
    );
    let names: Vec<Name> = diesel::sql_query(sql).load(conn)?;
    Ok(names.into_iter().map(|row| row.name).collect())
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = Text)]
    name: String,
}

/// The last key that a table has given, whether or not that row still exists; `None` if it gives none.
pub(super) fn last_key(conn: &mut Conn, table: &str) -> QueryResult<Option<i64>> {
    let sql = by_engine(
        conn,
        "SELECT seq AS last FROM sqlite_sequence WHERE name = ?",
        "SELECT CAST(auto_increment AS SIGNED) - 1 AS last FROM information_schema.tables \
         WHERE table_schema = DATABASE() AND table_name = ?",
    );
    let found: Option<LastKey> = diesel::sql_query(sql)
        .bind::<Text, _>(table)
        .get_result(conn)
        .optional()?;
    Ok(found.and_then(|row| row.last))
}

#[derive(QueryableByName)]
struct LastKey {
    #[diesel(sql_type = Nullable<BigInt>)]
    last: Option<i64>,
}

/// Makes the table give keys above this one.
pub(super) fn continue_after(conn: &mut Conn, table: &str, last: i64) -> QueryResult<()> {
    let sqlite = format!(
        "DELETE FROM sqlite_sequence WHERE name = '{table}'; \
         INSERT INTO sqlite_sequence (name, seq) VALUES ('{table}', {last})"
    );
    let mysql = format!(
        "ALTER TABLE {table} AUTO_INCREMENT = {}",
        last.saturating_add(1)
    );
    let sql = by_engine(conn, &sqlite, &mysql).to_owned();
    conn.batch_execute(&sql)
}

#[cfg(not(feature = "mysql"))]
fn by_engine<'a>(_: &Conn, sqlite: &'a str, _: &'a str) -> &'a str {
    sqlite
}

#[cfg(feature = "mysql")]
fn by_engine<'a>(conn: &Conn, sqlite: &'a str, mysql: &'a str) -> &'a str {
    match conn {
        Conn::Sqlite(_) => sqlite,
        Conn::Mysql(_) => mysql,
    }
}
