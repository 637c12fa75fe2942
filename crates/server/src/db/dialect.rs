//! SQL that differs between engines: every difference is in this file.

use diesel::connection::AnsiTransactionManager;
#[cfg(feature = "mysql")]
use diesel::connection::TransactionManager;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error, QueryResult};
use diesel::sql_types::Text;
use diesel::sqlite::SqliteConnection;

use super::Conn;

/// Begins a write transaction. In SQLite it takes the write lock at once (`BEGIN IMMEDIATE`): a transaction that
/// begins with a read fails with SQLITE_BUSY_SNAPSHOT when another process has written before its first write.
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

/// Whether transactions run at the same time, here or at other programs: what one reads may be changed by another before
/// both are committed. A row that both change ends one of them, which runs again; a row that one only reads does not.
/// With SQLite transactions run one after the other.
pub fn has_parallel_writers(conn: &Conn) -> bool {
    is_server(conn)
}

#[cfg(not(feature = "mysql"))]
fn is_server(_: &Conn) -> bool {
    false
}

#[cfg(feature = "mysql")]
fn is_server(conn: &Conn) -> bool {
    matches!(conn, Conn::Mysql(_))
}

/// Locks a payment and the funding that it is for until the end of the transaction, where transactions run in
/// parallel. As its first statement: those that move money of the same funding then wait for each other, and each reads
/// what the one before it has committed, instead of running again.
pub fn lock_payment(conn: &mut Conn, id: i64) -> QueryResult<()> {
    #[cfg(not(feature = "mysql"))]
    let (Conn { .. }, _) = (conn, id);
    #[cfg(feature = "mysql")]
    if let Conn::Mysql(conn) = conn {
        use super::schema::{fundings, payments};
        let payment = payments::table.find(id);
        let wanted = payment.select(payments::wanted_funding_id).for_update();
        let funding: Option<i64> = wanted.first(conn)?;
        if let Some(funding) = funding {
            let funding = fundings::table.find(funding).select(fundings::id);
            funding.for_update().first::<i64>(conn)?;
        }
    }
    Ok(())
}

/// Returns the id that the latest insert on this connection generated.
pub fn last_insert_id(conn: &mut Conn) -> QueryResult<i64> {
    #[cfg(not(feature = "mysql"))]
    return diesel::select(last_insert_rowid()).get_result(conn);
    #[cfg(feature = "mysql")]
    match conn {
        Conn::Sqlite(conn) => diesel::select(last_insert_rowid()).get_result(conn),
        Conn::Mysql(conn) => {
            let id: u64 = diesel::select(mysql_last_insert_id()).get_result(conn)?;
            i64::try_from(id).map_err(|error| Error::DeserializationError(error.into()))
        }
    }
}

/// Whether a subquery of `IN` may have a limit, so that one statement can find rows and load them. MySQL refuses it.
pub fn limits_subqueries(conn: &Conn) -> bool {
    !is_server(conn)
}

/// Configures a connection for bulk inserts: a larger page cache, and fewer checkpoints, so that a page that changes
/// often is written back once. SQLite: 512 MB of page cache and as much write-ahead log, until the connection is
/// closed. MySQL: nothing, since the buffer pool is the server's.
#[cfg(feature = "sandbox")]
pub fn configure_for_bulk_inserts(conn: &mut Conn) -> Result<(), super::StorageError> {
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

/// Maps a unique-key violation to `None`; other errors are returned unchanged.
pub fn unless_duplicate<T>(result: QueryResult<T>) -> QueryResult<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, _)) => Ok(None),
        Err(error) => Err(error),
    }
}

diesel::define_sql_function! {
    /// SQLite's id of the latest insert. A function, since no statement is kept for a literal.
    fn last_insert_rowid() -> BigInt;
}

#[cfg(feature = "mysql")]
diesel::define_sql_function! {
    /// MySQL's id of the latest insert.
    #[sql_name = "LAST_INSERT_ID"]
    fn mysql_last_insert_id() -> diesel::sql_types::Unsigned<diesel::sql_types::BigInt>;
}

diesel::define_sql_function! {
    /// Position of `part` in `whole`, from 1; 0 when it does not occur. SQLite and MySQL have the same name,
    /// arguments and (with our binary collation) byte-wise comparison.
    fn instr(whole: Text, part: Text) -> BigInt;
}

/// SQL: whether `column` contains `part` literally. Unlike `LIKE`, there are no wildcards to escape.
#[diesel::dsl::auto_type]
pub fn contains(column: crate::db::schema::accounts::username_folded, part: String) -> _ {
    instr(column, part).gt(0_i64)
}
