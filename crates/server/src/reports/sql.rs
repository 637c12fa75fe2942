//! Statements about reports.

use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, ReportId};
use funsun_domain::time::Timestamp;

use crate::db::schema::reports;
use crate::db::{Conn, StorageError, dialect};

/// Writes a report.
pub fn create(
    conn: &mut Conn,
    author: AccountKey,
    kind: &str,
    target: i64,
    message: &str,
    now: Timestamp,
) -> Result<ReportId, StorageError> {
    diesel::insert_into(reports::table)
        .values((
            reports::author_id.eq(author.get()),
            reports::kind.eq(kind),
            reports::target_id.eq(target),
            reports::message.eq(message),
            reports::created_at.eq(now.micros()),
        ))
        .execute(conn)?;
    ReportId::new(dialect::last_insert_id(conn)?).map_err(StorageError::corrupt)
}
