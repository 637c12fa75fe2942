//! The statement that detects changes.

use diesel::dsl::max;
use diesel::prelude::*;
use funsun_domain::ids::FundingId;
use funsun_domain::time::Timestamp;

use super::watchers::Snapshot;
use crate::db::schema::{fundings, supports};
use crate::db::{Conn, StorageError};

/// The current state of these fundings.
pub fn list_snapshots(
    conn: &mut Conn,
    ids: &[i64],
    now: Timestamp,
) -> Result<Vec<(FundingId, Snapshot)>, StorageError> {
    let newest_support = supports::table
        .filter(supports::funding_id.eq(fundings::id))
        .filter(supports::taken_back_at.is_null())
        .select(max(supports::id))
        .single_value();
    let rows: Vec<(i64, i64, i16, i64, Option<i64>)> = fundings::table
        .filter(fundings::id.eq_any(ids))
        .select((
            fundings::id,
            fundings::collected_amount,
            fundings::visible_to,
            fundings::deadline_at,
            newest_support,
        ))
        .load(conn)?;
    let snapshot = |(id, collected, visible_to, deadline_at, newest_support)| {
        let snapshot = Snapshot {
            collected,
            newest_support,
            visible_to,
            ended: Timestamp::from_micros(deadline_at) <= now,
        };
        Ok((FundingId::new(id).map_err(StorageError::corrupt)?, snapshot))
    };
    rows.into_iter().map(snapshot).collect()
}
