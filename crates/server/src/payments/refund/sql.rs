//! Statements about refunds and their history.

use std::collections::HashMap;

use diesel::prelude::*;
use funsun_domain::ids::{PaymentId, RefundId};
use funsun_domain::money::Won;
use funsun_domain::payments::RefundState;
use funsun_domain::time::Timestamp;

use super::StoredRefund;
use crate::db::schema::{refund_events, refunds};
use crate::db::{Conn, StorageError, dialect};
use crate::payments::write_sql::short_note;

#[derive(Queryable, Selectable)]
#[diesel(table_name = refunds)]
struct RefundRow {
    id: i64,
    payment_id: i64,
    amount: i64,
    reason: String,
    state: String,
    note: Option<String>,
    attempts: i64,
    lease_until: i64,
    next_check_at: Option<i64>,
    created_at: i64,
}

/// A line of a refund's history.
#[derive(Clone, Debug)]
pub struct RefundEvent {
    /// The state that it came to.
    pub state: String,
    /// The provider's answer.
    pub note: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// Creates a refund, due at once.
pub fn create(
    conn: &mut Conn,
    payment: PaymentId,
    amount: Won,
    reason: &str,
    now: Timestamp,
) -> Result<RefundId, StorageError> {
    let state = RefundState::Requested;
    diesel::insert_into(refunds::table)
        .values((
            refunds::payment_id.eq(payment.get()),
            refunds::amount.eq(amount.get()),
            refunds::reason.eq(reason),
            refunds::state.eq(state.as_str()),
            refunds::next_check_at.eq(now.micros()),
            refunds::created_at.eq(now.micros()),
        ))
        .execute(conn)?;
    let id = RefundId::new(dialect::last_insert_id(conn)?).map_err(StorageError::corrupt)?;
    record(conn, id, state, None, now)?;
    Ok(id)
}

/// The refund with this id.
///
/// # Errors
/// When there is none, or the database fails.
pub fn get(conn: &mut Conn, id: RefundId) -> Result<StoredRefund, StorageError> {
    let row: RefundRow = refunds::table
        .find(id.get())
        .select(RefundRow::as_select())
        .first(conn)?;
    row.try_into()
}

/// The refund of a payment that is not finished: there is at most one.
///
/// # Errors
/// When the database fails.
pub fn find_open(
    conn: &mut Conn,
    payment: PaymentId,
) -> Result<Option<StoredRefund>, StorageError> {
    let row: Option<RefundRow> = refunds::table
        .filter(refunds::payment_id.eq(payment.get()))
        .filter(refunds::finished_at.is_null())
        .select(RefundRow::as_select())
        .first(conn)
        .optional()?;
    row.map(StoredRefund::try_from).transpose()
}

/// All refunds of a payment, oldest first.
///
/// # Errors
/// When the database fails.
pub fn list_of(conn: &mut Conn, payment: PaymentId) -> Result<Vec<StoredRefund>, StorageError> {
    let rows: Vec<RefundRow> = refunds::table
        .filter(refunds::payment_id.eq(payment.get()))
        .order(refunds::id)
        .select(RefundRow::as_select())
        .load(conn)?;
    rows.into_iter().map(StoredRefund::try_from).collect()
}

/// The history of a refund, oldest first.
///
/// # Errors
/// When the database fails.
pub fn list_events(conn: &mut Conn, id: RefundId) -> Result<Vec<RefundEvent>, StorageError> {
    let rows: Vec<(String, Option<String>, i64)> = refund_events::table
        .filter(refund_events::refund_id.eq(id.get()))
        .order(refund_events::id)
        .select((
            refund_events::state,
            refund_events::note,
            refund_events::created_at,
        ))
        .load(conn)?;
    let event = |(state, note, at)| RefundEvent {
        state,
        note,
        at: Timestamp::from_micros(at),
    };
    Ok(rows.into_iter().map(event).collect())
}

/// How often the provider has declined a refund.
///
/// # Errors
/// When the database fails.
pub fn count_declined(conn: &mut Conn, id: RefundId) -> Result<i64, StorageError> {
    Ok(refund_events::table
        .filter(refund_events::refund_id.eq(id.get()))
        .filter(refund_events::state.eq(RefundState::Declined.as_str()))
        .count()
        .get_result(conn)?)
}

/// The reason of the latest refund of each of these payments that has one.
///
/// # Errors
/// When the database fails.
pub fn list_reasons(
    conn: &mut Conn,
    payments: &[i64],
) -> Result<HashMap<i64, String>, StorageError> {
    let rows: Vec<(i64, String)> = refunds::table
        .filter(refunds::payment_id.eq_any(payments))
        .order(refunds::id)
        .select((refunds::payment_id, refunds::reason))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Refunds that are due, longest due first, by their ids in the database.
///
/// # Errors
/// When the database fails.
pub fn list_due(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<i64>, StorageError> {
    Ok(refunds::table
        .filter(refunds::next_check_at.le(now.micros()))
        .filter(refunds::lease_until.le(now.micros()))
        .order(refunds::next_check_at)
        .select(refunds::id)
        .limit(limit)
        .load(conn)?)
}

/// Since when the longest due refund is due.
///
/// # Errors
/// When the database fails.
pub fn oldest_due(conn: &mut Conn) -> Result<Option<Timestamp>, StorageError> {
    let oldest: Option<i64> = refunds::table
        .filter(refunds::next_check_at.is_not_null())
        .order(refunds::next_check_at)
        .select(refunds::next_check_at.assume_not_null())
        .first(conn)
        .optional()?;
    Ok(oldest.map(Timestamp::from_micros))
}

/// Stores a refund's new state, its lease, its attempts and its next check, and a line of history if the state or the
/// note is new. `false` when the refund has changed since `before` was read.
pub fn update(
    conn: &mut Conn,
    before: &StoredRefund,
    after: &StoredRefund,
    next_check: Option<Timestamp>,
    now: Timestamp,
) -> Result<bool, StorageError> {
    if before.state != after.state && !before.state.may_become(after.state) {
        return Err(StorageError::corrupt(format!(
            "a refund can't go from {} to {}",
            before.state.as_str(),
            after.state.as_str()
        )));
    }
    let unchanged = refunds::table
        .filter(refunds::id.eq(before.id.get()))
        .filter(refunds::state.eq(before.state.as_str()))
        .filter(refunds::lease_until.eq(before.lease_until.micros()));
    let finished = (!after.state.is_open()).then_some(now.micros());
    let updated = diesel::update(unchanged)
        .set((
            refunds::state.eq(after.state.as_str()),
            refunds::note.eq(after.note.as_deref().map(short_note)),
            refunds::attempts.eq(after.attempts),
            refunds::lease_until.eq(after.lease_until.micros()),
            refunds::next_check_at.eq(next_check.map(Timestamp::micros)),
            refunds::finished_at.eq(finished),
        ))
        .execute(conn)?;
    if updated == 1 && (before.state != after.state || before.note != after.note) {
        record(conn, after.id, after.state, after.note.as_deref(), now)?;
    }
    Ok(updated == 1)
}

/// Makes the open refund of a payment due at `at`, unless it is due before or waits for a person.
///
/// # Errors
/// When the database fails.
pub fn hasten(conn: &mut Conn, payment: PaymentId, at: Timestamp) -> Result<(), StorageError> {
    let later = refunds::table
        .filter(refunds::payment_id.eq(payment.get()))
        .filter(refunds::finished_at.is_null())
        .filter(refunds::next_check_at.gt(at.micros()));
    diesel::update(later)
        .set(refunds::next_check_at.eq(at.micros()))
        .execute(conn)?;
    Ok(())
}

/// Puts off a refund whose row can't be read.
///
/// # Errors
/// When the database fails.
pub fn put_off(conn: &mut Conn, id: i64, until: Timestamp) -> Result<(), StorageError> {
    diesel::update(refunds::table.find(id))
        .set(refunds::next_check_at.eq(until.micros()))
        .execute(conn)?;
    Ok(())
}

/// The payment of a refund whose row may be unreadable otherwise.
///
/// # Errors
/// When the database fails.
pub fn find_payment(conn: &mut Conn, id: i64) -> Result<Option<PaymentId>, StorageError> {
    let payment: Option<i64> = refunds::table
        .find(id)
        .select(refunds::payment_id)
        .first(conn)
        .optional()?;
    Ok(payment.and_then(|id| PaymentId::new(id).ok()))
}

fn record(
    conn: &mut Conn,
    id: RefundId,
    state: RefundState,
    note: Option<&str>,
    now: Timestamp,
) -> Result<(), StorageError> {
    diesel::insert_into(refund_events::table)
        .values((
            refund_events::refund_id.eq(id.get()),
            refund_events::state.eq(state.as_str()),
            refund_events::note.eq(note.map(short_note)),
            refund_events::created_at.eq(now.micros()),
        ))
        .execute(conn)?;
    Ok(())
}

impl TryFrom<RefundRow> for StoredRefund {
    type Error = StorageError;

    fn try_from(row: RefundRow) -> Result<Self, StorageError> {
        let state = RefundState::parse(&row.state);
        Ok(Self {
            id: RefundId::new(row.id).map_err(StorageError::corrupt)?,
            payment: PaymentId::new(row.payment_id).map_err(StorageError::corrupt)?,
            amount: Won::new(row.amount).map_err(StorageError::corrupt)?,
            reason: row.reason,
            state: state.ok_or_else(|| StorageError::corrupt("an unknown state of a refund"))?,
            note: row.note,
            attempts: row.attempts,
            lease_until: Timestamp::from_micros(row.lease_until),
            next_check_at: row.next_check_at.map(Timestamp::from_micros),
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}
