//! Statements of the job queue.

use diesel::prelude::*;
use funsun_domain::time::Timestamp;

use crate::db::schema::jobs;
use crate::db::{Conn, StorageError};

/// A job that is due.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub struct JobRow {
    pub id: i64,
    pub kind: String,
    pub payload: String,
    pub attempts: i64,
}

/// Enqueues a job.
pub fn insert(
    conn: &mut Conn,
    kind: &str,
    payload: &str,
    run_at: Timestamp,
) -> Result<(), StorageError> {
    diesel::insert_into(jobs::table)
        .values((
            jobs::kind.eq(kind),
            jobs::payload.eq(payload),
            jobs::run_at.eq(run_at.micros()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Returns due jobs of these kinds, the longest due first.
pub fn list_due(
    conn: &mut Conn,
    kinds: &[&str],
    now: Timestamp,
    limit: i64,
) -> Result<Vec<JobRow>, StorageError> {
    Ok(jobs::table
        .filter(jobs::kind.eq_any(kinds))
        .filter(jobs::run_at.le(now.micros()))
        .order(jobs::run_at)
        .select(JobRow::as_select())
        .limit(limit)
        .load(conn)?)
}

/// Claims a job: counts the run and postpones the next one. Returns `false` when another node has claimed it.
pub fn claim(conn: &mut Conn, job: &JobRow, next: Timestamp) -> Result<bool, StorageError> {
    let unclaimed = jobs::table
        .find(job.id)
        .filter(jobs::attempts.eq(job.attempts));
    let claimed = diesel::update(unclaimed)
        .set((
            jobs::attempts.eq(job.attempts + 1),
            jobs::run_at.eq(next.micros()),
        ))
        .execute(conn)?;
    Ok(claimed == 1)
}

/// Postpones a job.
pub fn postpone(conn: &mut Conn, id: i64, run_at: Timestamp) -> Result<(), StorageError> {
    diesel::update(jobs::table.find(id))
        .set(jobs::run_at.eq(run_at.micros()))
        .execute(conn)?;
    Ok(())
}

/// Deletes a finished job.
pub fn delete(conn: &mut Conn, id: i64) -> Result<(), StorageError> {
    diesel::delete(jobs::table.find(id)).execute(conn)?;
    Ok(())
}

/// Whether the same job was enqueued after the row `id`. Of two that are enqueued at the same moment, by two programs,
/// either may count as the later one.
pub fn is_enqueued_again(
    conn: &mut Conn,
    id: i64,
    kind: &str,
    payload: &str,
) -> Result<bool, StorageError> {
    let again = jobs::table
        .filter(jobs::id.gt(id))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::payload.eq(payload));
    Ok(diesel::select(diesel::dsl::exists(again)).get_result(conn)?)
}
