//! Statements that list payments.

use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, FundingId};
use funsun_domain::payments::PaymentState;
use funsun_domain::time::Timestamp;

use super::sql::PaymentRow;
use super::stored::StoredPayment;
use crate::db::schema::payments;
use crate::db::{Conn, StorageError};

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
    stored(rows)
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
    stored(rows)
}

/// Every payment whose money this funding holds.
pub fn list_held_by(
    conn: &mut Conn,
    funding: FundingId,
) -> Result<Vec<StoredPayment>, StorageError> {
    let holding = [
        PaymentState::Attached.as_str(),
        PaymentState::PartlyRefunded.as_str(),
    ];
    let rows: Vec<PaymentRow> = payments::table
        .filter(payments::funding_id.eq(funding.get()))
        .filter(payments::state.eq_any(holding))
        .select(PaymentRow::as_select())
        .load(conn)?;
    stored(rows)
}

/// Payments due for a check by the sweeper, longest due first.
pub fn list_due(
    conn: &mut Conn,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<StoredPayment>, StorageError> {
    let rows: Vec<PaymentRow> = payments::table
        .filter(payments::next_check_at.le(now.micros()))
        .filter(payments::lease_until.le(now.micros()))
        .order(payments::next_check_at)
        .select(PaymentRow::as_select())
        .limit(limit)
        .load(conn)?;
    stored(rows)
}

/// Payments with an id above `after` that are registered with the provider, for the audit.
pub fn list_prepared(
    conn: &mut Conn,
    after: i64,
    limit: i64,
) -> Result<Vec<StoredPayment>, StorageError> {
    let rows: Vec<PaymentRow> = payments::table
        .filter(payments::id.gt(after))
        .filter(payments::tid.is_not_null())
        .order(payments::id)
        .select(PaymentRow::as_select())
        .limit(limit)
        .load(conn)?;
    stored(rows)
}

fn stored(rows: Vec<PaymentRow>) -> Result<Vec<StoredPayment>, StorageError> {
    rows.into_iter().map(StoredPayment::try_from).collect()
}
