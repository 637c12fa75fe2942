//! What can't be said once for every engine: each engine's way, side by side.

use diesel::connection::AnsiTransactionManager;
#[cfg(feature = "mysql")]
use diesel::connection::TransactionManager;
use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error, QueryResult};
use diesel::sql_types::BigInt;
use diesel::sqlite::SqliteConnection;

use super::Conn;

/// Starts a transaction that will write. SQLite takes the write lock at once: one that began by reading
/// could lose its snapshot to another process and fail half-way.
pub(super) fn begin_write(conn: &mut Conn) -> QueryResult<()> {
    fn sqlite(conn: &mut SqliteConnection) -> QueryResult<()> {
        AnsiTransactionManager::begin_transaction_sql(conn, "BEGIN IMMEDIATE")
    }
    #[cfg(not(feature = "mysql"))]
    return sqlite(conn);
    #[cfg(feature = "mysql")]
    match conn {
        Conn::Sqlite(conn) => sqlite(conn),
        Conn::Mysql(conn) => AnsiTransactionManager::begin_transaction(conn),
    }
}

/// The id that the connection's latest insert was given.
pub fn last_insert_id(conn: &mut Conn) -> QueryResult<i64> {
    #[cfg(not(feature = "mysql"))]
    return diesel::select(sql::<BigInt>("last_insert_rowid()")).get_result(conn);
    #[cfg(feature = "mysql")]
    match conn {
        Conn::Sqlite(conn) => diesel::select(sql::<BigInt>("last_insert_rowid()")).get_result(conn),
        Conn::Mysql(conn) => {
            diesel::select(sql::<BigInt>("CAST(LAST_INSERT_ID() AS SIGNED)")).get_result(conn)
        }
    }
}

/// Prepares a connection for bulk inserts: it keeps more of the database in memory, and writes a page back once
/// after many changes. SQLite: 512 MB of pages and as much of log, until the connection is closed. A MySQL
/// server has its own pool.
#[cfg(feature = "sandbox")]
pub fn use_memory_for_bulk(conn: &mut Conn) -> Result<(), super::StorageError> {
    use diesel::connection::SimpleConnection as _;

    fn sqlite(conn: &mut SqliteConnection) -> QueryResult<()> {
        conn.batch_execute("PRAGMA cache_size = -524288; PRAGMA wal_autocheckpoint = 131072;")
    }
    #[cfg(not(feature = "mysql"))]
    sqlite(conn)?;
    #[cfg(feature = "mysql")]
    if let Conn::Sqlite(conn) = conn {
        sqlite(conn)?;
    }
    Ok(())
}

/// Turns the refusal of a unique key into `None`, so that the caller decides what "already there" means.
pub fn unless_taken<T>(result: QueryResult<T>) -> QueryResult<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
        Err(error) => Err(error),
    }
}

diesel::define_sql_function! {
    /// Where `part` begins in `whole`, from 1; 0 when it does not occur. The same name, arguments and
    /// byte-wise comparison (for our binary collation) in SQLite and MySQL.
    fn instr(whole: diesel::sql_types::Text, part: diesel::sql_types::Text) -> BigInt;
}

/// `part` occurs in `column`, letter by letter: no wildcard has a meaning.
#[diesel::dsl::auto_type]
pub fn contains(column: crate::db::schema::accounts::username_folded, part: String) -> _ {
    instr(column, part).gt(0_i64)
}
