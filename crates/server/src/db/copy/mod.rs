//! Copies all rows from one database into another, of the same engine or not, and proves that the copy is complete.

mod dialect;
mod digest;
mod rows;
mod tables;

use digest::Digest;
use rows::Batch;
use tables::Table;

use super::connection;
use super::{Conn, StorageError};

/// Most rows of a batch; a database of any size is copied in the memory of one.
const BATCH_ROWS: usize = 1_000;

/// Tables that a new database fills by itself: their rows are replaced.
const REPLACED: [&str; 3] = ["merchant_accounts", "jobs", "audit_runs"];

/// How far the work on a table is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// What is done with the rows.
    pub work: Work,
    /// The table.
    pub table: &'static str,
    /// Rows that are done.
    pub done: u64,
    /// Rows at the source.
    pub all: u64,
}

/// What is done with the rows of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// They are written to the target.
    Copy,
    /// They are read back from the target.
    Compare,
}

/// What was copied.
#[derive(Debug)]
pub struct Copied {
    /// Number of tables.
    pub tables: usize,
    /// Rows of all tables.
    pub rows: u64,
    /// Tables of the source that this program does not know: they were not copied.
    pub unknown: Vec<String>,
}

/// Why nothing, or not everything, was copied.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    /// The source can't be used.
    #[error("the source: {0}")]
    Source(StorageError),
    /// Another program uses the source.
    #[error(
        "another program uses the source: stop the service, and every other program that has it open ({0})"
    )]
    SourceInUse(StorageError),
    /// The target can't be used.
    #[error("the target: {0}")]
    Target(StorageError),
    /// The target has rows of members.
    #[error("the target is not empty: its table {0} has rows. {EMPTY_IT}")]
    NotEmpty(&'static str),
    /// Rows of one table can't be copied.
    #[error(
        "the rows of {table} can't be copied: {error}. The target is incomplete now. {EMPTY_IT}"
    )]
    Rows {
        /// The table.
        table: &'static str,
        /// What failed.
        error: diesel::result::Error,
    },
    /// The target is not what the source is.
    #[error(
        "{table} has {copied} rows at the source and {found} in the target, or other values: something else wrote to \
         the target. {EMPTY_IT}"
    )]
    Differs {
        /// The table.
        table: &'static str,
        /// Rows at the source.
        copied: u64,
        /// Rows in the target.
        found: u64,
    },
}

const EMPTY_IT: &str = "Give it an empty database: a new SQLite file, or a MySQL database that was dropped and \
    created again";

/// Copies all tables but `write_markers` from the database at `from` into the empty one at `to`, whose migrations it
/// runs. Keys stay as they are, and the next ones are those that the source would have given. Nobody can write to the
/// source meanwhile. Until everything is copied and was compared, the target is refused by [`super::Db::open`].
///
/// # Errors
/// See [`CopyError`].
pub fn copy_database(
    from: &str,
    to: &str,
    mut report: impl FnMut(Progress),
) -> Result<Copied, CopyError> {
    refuse_unfinished(from).map_err(CopyError::Source)?;
    connection::check_migrated(from).map_err(CopyError::Source)?;
    let tables = tables::all();
    let mut source = dialect::open_locked(from, &tables)?;
    let mut target = open_target(to, &tables)?;
    let mut copied = Vec::new();
    for table in &tables {
        let digest = copy_table(&mut source, &mut target, table, &mut report);
        copied.push(digest.map_err(|error| CopyError::Rows {
            table: table.name,
            error,
        })?);
    }
    for (table, digest) in tables.iter().zip(&copied) {
        compare(&mut target, table, digest, &mut report)?;
    }
    dialect::mark_finished(&mut target).map_err(target_failed)?;
    let unknown = dialect::table_names(&mut source)
        .map_err(|error| CopyError::Source(error.into()))?
        .into_iter()
        .filter(|name| !tables::is_known(&tables, name))
        .collect();
    Ok(Copied {
        tables: tables.len(),
        rows: copied.iter().map(Digest::rows).sum(),
        unknown,
    })
}

/// Refuses a database that is the target of a copy that runs or was interrupted.
pub(super) fn refuse_unfinished(url: &str) -> Result<(), StorageError> {
    let names = dialect::table_names(&mut connection::connect(url)?)?;
    if names.iter().any(|name| name == dialect::MARKER) {
        return Err(StorageError::Incomplete(EMPTY_IT));
    }
    Ok(())
}

fn target_failed(error: diesel::result::Error) -> CopyError {
    CopyError::Target(error.into())
}

/// Migrates the target, refuses one with rows of members, and marks it as incomplete.
fn open_target(url: &str, tables: &[Table]) -> Result<Conn, CopyError> {
    refuse_unfinished(url).map_err(CopyError::Target)?;
    connection::migrate(url).map_err(CopyError::Target)?;
    let mut conn = connection::connect(url).map_err(CopyError::Target)?;
    dialect::configure_target(&mut conn).map_err(target_failed)?;
    for table in tables {
        let is_replaced = REPLACED.contains(&table.name);
        if !is_replaced && rows::count(&mut conn, table).map_err(target_failed)? > 0 {
            return Err(CopyError::NotEmpty(table.name));
        }
    }
    dialect::mark_unfinished(&mut conn).map_err(target_failed)?;
    Ok(conn)
}

fn copy_table(
    source: &mut Conn,
    target: &mut Conn,
    table: &Table,
    report: &mut impl FnMut(Progress),
) -> diesel::QueryResult<Digest> {
    let all = rows::count(source, table)?;
    // A new database has rows of its own, and triggers write some when other tables are copied.
    rows::delete_all(target, table)?;
    let mut digest = Digest::default();
    for_each_batch(source, table, |batch| {
        rows::insert(target, table, batch.rows())?;
        digest.add(batch.rows());
        report(Progress {
            work: Work::Copy,
            table: table.name,
            done: digest.rows(),
            all,
        });
        Ok(())
    })?;
    if let Some(last) = dialect::last_key(source, table.name)? {
        dialect::continue_after(target, table.name, last)?;
    }
    Ok(digest)
}

/// Reads the rows of the target back.
fn compare(
    target: &mut Conn,
    table: &Table,
    copied: &Digest,
    report: &mut impl FnMut(Progress),
) -> Result<(), CopyError> {
    let mut found = Digest::default();
    for_each_batch(target, table, |batch| {
        found.add(batch.rows());
        report(Progress {
            work: Work::Compare,
            table: table.name,
            done: found.rows(),
            all: copied.rows(),
        });
        Ok(())
    })
    .map_err(target_failed)?;
    if found == *copied {
        return Ok(());
    }
    Err(CopyError::Differs {
        table: table.name,
        copied: copied.rows(),
        found: found.rows(),
    })
}

/// Calls `work` with all rows, in the order of the primary key; at least once.
fn for_each_batch(
    conn: &mut Conn,
    table: &Table,
    mut work: impl FnMut(&Batch) -> diesel::QueryResult<()>,
) -> diesel::QueryResult<()> {
    let mut batch = Batch::first(conn, table, BATCH_ROWS)?;
    loop {
        work(&batch)?;
        match batch.next(conn, table, BATCH_ROWS)? {
            Some(next) => batch = next,
            None => return Ok(()),
        }
    }
}
