//! Statements that list payments.

use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, FundingId};
use funsun_domain::payments::PaymentState;
use funsun_domain::time::Timestamp;

use super::lanes::Lane;
use super::sql::PaymentRow;
use super::stored::StoredPayment;
use crate::db::schema::payments;
use crate::db::{Batch, Conn, StorageError};

/// A part of a list of payments.
#[derive(Clone, Copy, Debug)]
pub struct Slice {
    /// Only payments with an id below this one.
    pub before: i64,
    /// How many of them to skip.
    pub offset: i64,
    /// Most payments to load.
    pub limit: i64,
}

impl Slice {
    /// The newest payments.
    pub const fn newest(limit: i64) -> Self {
        Self {
            before: i64::MAX,
            offset: 0,
            limit,
        }
    }
}

/// A member's payments, newest first.
pub fn list_of(
    conn: &mut Conn,
    payer: AccountKey,
    slice: Slice,
) -> Result<Vec<StoredPayment>, StorageError> {
    let rows: Vec<PaymentRow> = payments::table
        .filter(payments::account_id.eq(payer.get()))
        .filter(payments::id.lt(slice.before))
        .order(payments::id.desc())
        .select(PaymentRow::as_select())
        .limit(slice.limit)
        .offset(slice.offset)
        .load(conn)?;
    Ok(readable(rows))
}

/// Every approved payment of this member that waits for its support, oldest first.
pub fn list_unattached(
    conn: &mut Conn,
    payer: AccountKey,
) -> Result<Vec<StoredPayment>, StorageError> {
    let rows: Vec<PaymentRow> = payments::table
        .filter(payments::account_id.eq(payer.get()))
        .filter(payments::state.eq(PaymentState::Approved.as_str()))
        .order(payments::id)
        .select(PaymentRow::as_select())
        .load(conn)?;
    Ok(readable(rows))
}

/// The ids of a batch of them.
pub fn list_ids_unattached(
    conn: &mut Conn,
    payer: AccountKey,
    batch: Batch,
) -> Result<Vec<i64>, StorageError> {
    Ok(payments::table
        .filter(payments::account_id.eq(payer.get()))
        .filter(payments::state.eq(PaymentState::Approved.as_str()))
        .filter(payments::id.gt(batch.after))
        .order(payments::id)
        .select(payments::id)
        .limit(batch.limit)
        .load(conn)?)
}

/// The ids of a batch of the payments whose money this funding holds.
pub fn list_ids_held_by(
    conn: &mut Conn,
    funding: FundingId,
    batch: Batch,
) -> Result<Vec<i64>, StorageError> {
    let holding = [
        PaymentState::Attached.as_str(),
        PaymentState::PartlyRefunded.as_str(),
    ];
    Ok(payments::table
        .filter(payments::funding_id.eq(funding.get()))
        .filter(payments::state.eq_any(holding))
        .filter(payments::id.gt(batch.after))
        .order(payments::id)
        .select(payments::id)
        .limit(batch.limit)
        .load(conn)?)
}

/// Payments of a lane that are due for a check, longest due first, by their ids in the database: a row that can't be
/// read must not stop the list.
pub fn list_due(
    conn: &mut Conn,
    lane: Lane,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<i64>, StorageError> {
    Ok(payments::table
        .filter(payments::lane.eq(lane.number()))
        .filter(payments::next_check_at.le(now.micros()))
        .filter(payments::lease_until.le(now.micros()))
        .order(payments::next_check_at)
        .select(payments::id)
        .limit(limit)
        .load(conn)?)
}

/// Since when the longest due payment of a lane is due.
///
/// # Errors
/// When the database fails.
pub fn oldest_due(conn: &mut Conn, lane: Lane) -> Result<Option<Timestamp>, StorageError> {
    let oldest: Option<i64> = payments::table
        .filter(payments::lane.eq(lane.number()))
        .filter(payments::next_check_at.is_not_null())
        .order(payments::next_check_at)
        .select(payments::next_check_at.assume_not_null())
        .first(conn)
        .optional()?;
    Ok(oldest.map(Timestamp::from_micros))
}

/// Leaves out, and reports, rows that can't be read: the sweeper puts them off, and a person is asked.
fn readable(rows: Vec<PaymentRow>) -> Vec<StoredPayment> {
    let payments = rows.into_iter().map(StoredPayment::try_from);
    payments
        .filter_map(|payment| {
            payment
                .inspect_err(|error| tracing::error!(%error, "a payment can't be read"))
                .ok()
        })
        .collect()
}
