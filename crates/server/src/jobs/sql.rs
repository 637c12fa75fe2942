//! The statements of the job list.

use diesel::prelude::*;
use funsun_domain::time::Timestamp;

use super::JobKind;
use crate::db::schema::jobs;
use crate::db::{Conn, StorageError};

/// A job that is due.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub struct JobRow {
    pub id: i64,
    pub kind: String,
    pub subject: String,
    pub attempts: i64,
}

pub fn insert(
    conn: &mut Conn,
    kind: &str,
    subject: &str,
    run_at: Timestamp,
) -> Result<(), StorageError> {
    diesel::insert_into(jobs::table)
        .values((
            jobs::kind.eq(kind),
            jobs::subject.eq(subject),
            jobs::run_at.eq(run_at.micros()),
        ))
        .execute(conn)?;
    Ok(())
}

/// What is due of these kinds, longest due first.
pub fn list_due(
    conn: &mut Conn,
    kinds: &[JobKind],
    now: Timestamp,
    limit: i64,
) -> Result<Vec<JobRow>, StorageError> {
    Ok(jobs::table
        .filter(jobs::kind.eq_any(kinds.iter().map(|kind| kind.as_str())))
        .filter(jobs::run_at.le(now.micros()))
        .order(jobs::run_at)
        .select(JobRow::as_select())
        .limit(limit)
        .load(conn)?)
}

/// Counts an attempt and puts the job off. `false`: somebody else has taken it.
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

/// Puts a job off.
pub fn put_off(conn: &mut Conn, id: i64, run_at: Timestamp) -> Result<(), StorageError> {
    diesel::update(jobs::table.find(id))
        .set(jobs::run_at.eq(run_at.micros()))
        .execute(conn)?;
    Ok(())
}

pub fn delete(conn: &mut Conn, id: i64) -> Result<(), StorageError> {
    diesel::delete(jobs::table.find(id)).execute(conn)?;
    Ok(())
}

pub fn is_planned_again(
    conn: &mut Conn,
    id: i64,
    kind: &str,
    subject: &str,
) -> Result<bool, StorageError> {
    let again = jobs::table
        .filter(jobs::id.gt(id))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::subject.eq(subject));
    Ok(diesel::select(diesel::dsl::exists(again)).get_result(conn)?)
}
