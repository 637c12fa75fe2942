//! The audit's statements about what is compared with the providers, and when it was.

use std::collections::HashMap;

use diesel::prelude::*;
use funsun_domain::ids::{MerchantAccountId, PaymentId};
use funsun_domain::money::Won;
use funsun_domain::payments::PaymentState;
use funsun_domain::time::Timestamp;

use super::sql::list_refunds;
use crate::db::schema::{audit_runs, payments};
use crate::db::{Conn, StorageError};
use crate::payments::merchants_sql::find_demo_account;
use crate::payments::sql::PaymentRow;
use crate::payments::stored::StoredPayment;

/// Seconds before a clean run from which payments count as changed since: a step's time is taken before its commit, and
/// the clocks of several servers differ.
const OVERLAP_SECONDS: i64 = 6 * 3_600;

/// A payment that its provider may know of.
#[derive(Debug)]
pub struct Comparable {
    pub payment: StoredPayment,
    /// What of it was refunded from our bank account, in won: the provider still holds it.
    pub by_bank: Won,
}

/// A payment, or the id of one that can't be read and why.
pub type ReadPayment = Result<Comparable, (i64, StorageError)>;

/// Payments of a range of ids.
pub struct ComparableBatch {
    pub payments: Vec<ReadPayment>,
    /// The id up to which all were read.
    pub last: i64,
}

/// Up to `limit` payments with an id above `after` that have changed since and that a provider may know of: neither
/// created nor invented; `None` at the end.
pub fn list_comparable(
    conn: &mut Conn,
    after: i64,
    since: Option<Timestamp>,
    limit: i64,
) -> Result<Option<ComparableBatch>, StorageError> {
    let ids: Vec<i64> = payments::table
        .filter(payments::id.gt(after))
        .order(payments::id)
        .select(payments::id)
        .limit(limit)
        .load(conn)?;
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
        return Ok(None);
    };
    Ok(Some(ComparableBatch {
        payments: read_comparable(conn, (*first, *last), since)?,
        last: *last,
    }))
}

/// Reads again a payment that was comparable.
pub fn get_comparable(conn: &mut Conn, id: PaymentId) -> Result<Comparable, StorageError> {
    let read = read_comparable(conn, (id.get(), id.get()), None)?;
    match read.into_iter().next() {
        Some(read) => read.map_err(|(_, error)| error),
        None => Err(StorageError::corrupt("the payment is not there any more")),
    }
}

/// In one snapshot.
fn read_comparable(
    conn: &mut Conn,
    (first, last): (i64, i64),
    since: Option<Timestamp>,
) -> Result<Vec<ReadPayment>, StorageError> {
    let since = since.map_or(i64::MIN, |since| {
        since.plus_seconds(-OVERLAP_SECONDS).micros()
    });
    conn.transaction(|conn| {
        let invented = find_demo_account(conn)?.map_or(0, MerchantAccountId::get);
        let rows: Vec<(i64, PaymentRow)> = payments::table
            .filter(payments::id.between(first, last))
            .filter(payments::changed_at.ge(since))
            .filter(payments::state.ne(PaymentState::Created.as_str()))
            .filter(payments::merchant_account_id.ne(invented))
            .order(payments::id)
            .select((payments::id, PaymentRow::as_select()))
            .load(conn)?;
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        let by_bank = list_by_bank(conn, first, last)?;
        let read = |(id, row)| {
            let by_bank = Won::new(by_bank.get(&id).copied().unwrap_or(0));
            let read = StoredPayment::try_from(row).and_then(|payment| {
                let by_bank = by_bank.map_err(StorageError::corrupt)?;
                Ok(Comparable { payment, by_bank })
            });
            read.map_err(|error| (id, error))
        };
        Ok(rows.into_iter().map(read).collect())
    })
}

/// What was refunded from our bank account of these payments, in won; those of which nothing was are left out.
fn list_by_bank(conn: &mut Conn, first: i64, last: i64) -> Result<HashMap<i64, i64>, StorageError> {
    let mut sums = HashMap::new();
    for refund in list_refunds(conn, first, last)? {
        if refund.by_bank == 1 {
            let sum: &mut i64 = sums.entry(refund.payment_id).or_default();
            *sum = sum.saturating_add(refund.amount);
        }
    }
    Ok(sums)
}

/// When the last clean run began.
pub fn find_last_clean_run(conn: &mut Conn) -> Result<Option<Timestamp>, StorageError> {
    let started: Option<i64> = audit_runs::table
        .filter(audit_runs::differences.eq(0))
        .order(audit_runs::started_at.desc())
        .select(audit_runs::started_at)
        .first(conn)
        .optional()?;
    Ok(started.map(Timestamp::from_micros))
}

/// Stores that a run is complete.
pub fn record_run(
    conn: &mut Conn,
    started: Timestamp,
    finished: Timestamp,
    differences: i64,
) -> Result<(), StorageError> {
    diesel::insert_into(audit_runs::table)
        .values((
            audit_runs::started_at.eq(started.micros()),
            audit_runs::finished_at.eq(finished.micros()),
            audit_runs::differences.eq(differences),
        ))
        .execute(conn)?;
    Ok(())
}
