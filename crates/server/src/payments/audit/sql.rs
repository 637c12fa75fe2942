//! The audit's queries, in SQL that every engine supports. Each reads a range of ids.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Nullable, Text};
use funsun_domain::ids::PaymentId;
use funsun_domain::money::Won;
use funsun_domain::payments::PaymentState;
use funsun_domain::time::Timestamp;

use crate::db::schema::{audit_runs, payments};
use crate::db::{Conn, StorageError};
use crate::payments::sql::PaymentRow;
use crate::payments::stored::StoredPayment;

/// Seconds before a clean run from which payments count as changed since: its reading took time.
const OVERLAP_SECONDS: i64 = 6 * 3_600;

/// A payment, for its entries.
#[derive(QueryableByName)]
pub struct PaymentFacts {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = BigInt)]
    pub merchant_account_id: i64,
    #[diesel(sql_type = BigInt)]
    pub account_id: i64,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    #[diesel(sql_type = BigInt)]
    pub refunded_amount: i64,
    #[diesel(sql_type = BigInt)]
    pub refunding_amount: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub funding_id: Option<i64>,
}

/// A posting, with the payment that it belongs to.
#[derive(QueryableByName)]
pub struct Entry {
    #[diesel(sql_type = BigInt)]
    pub payment_id: i64,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = BigInt)]
    pub reference: i64,
    #[diesel(sql_type = Text)]
    pub from_account: String,
    #[diesel(sql_type = Text)]
    pub to_account: String,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
}

/// A refund.
#[derive(QueryableByName)]
pub struct RefundFacts {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = BigInt)]
    pub payment_id: i64,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    #[diesel(sql_type = Text)]
    pub state: String,
    /// Whether it was paid from our bank account.
    #[diesel(sql_type = BigInt)]
    pub by_bank: i64,
}

/// A support.
#[derive(QueryableByName)]
pub struct SupportFacts {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = BigInt)]
    pub payment_id: i64,
    #[diesel(sql_type = BigInt)]
    pub funding_id: i64,
    #[diesel(sql_type = BigInt)]
    pub author_id: i64,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub taken_back_at: Option<i64>,
}

/// A funding's total, and what its payments add up to, in won.
#[derive(QueryableByName)]
pub struct Total {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = BigInt)]
    pub collected_amount: i64,
    #[diesel(sql_type = BigInt)]
    pub held: i64,
}

/// A transaction.
#[derive(QueryableByName)]
pub struct TransactionFacts {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Text)]
    pub kind: String,
    #[diesel(sql_type = BigInt)]
    pub reference: i64,
    /// Whether its payment or refund exists.
    #[diesel(sql_type = BigInt)]
    pub known: i64,
}

/// Up to `limit` payments with an id above `after`.
pub fn list_payments(
    conn: &mut Conn,
    after: i64,
    limit: i64,
) -> Result<Vec<PaymentFacts>, StorageError> {
    let query = sql_query(
        "SELECT id, state, merchant_account_id, account_id, amount, refunded_amount, refunding_amount, funding_id \
         FROM payments WHERE id > ? ORDER BY id LIMIT ?",
    );
    let query = query.bind::<BigInt, _>(after).bind::<BigInt, _>(limit);
    Ok(query.load(conn)?)
}

/// The entries of these payments, and of their refunds.
pub fn list_entries(conn: &mut Conn, first: i64, last: i64) -> Result<Vec<Entry>, StorageError> {
    let columns = "t.kind, t.reference, p.from_account, p.to_account, p.amount";
    let mut entries: Vec<Entry> = Vec::new();
    for kind in ["approval", "attachment"] {
        let query = sql_query(format!(
            "SELECT t.reference AS payment_id, {columns} FROM ledger_transactions t \
             JOIN ledger_postings p ON p.transaction_id = t.id \
             WHERE t.kind = '{kind}' AND t.reference BETWEEN ? AND ?"
        ));
        let query = query.bind::<BigInt, _>(first).bind::<BigInt, _>(last);
        entries.extend(query.load::<Entry>(conn)?);
    }
    let query = sql_query(format!(
        "SELECT r.payment_id, {columns} FROM refunds r JOIN ledger_transactions t ON t.reference = r.id \
         AND t.kind IN ('refund_start', 'refund', 'refund_stop', 'refund_by_bank') \
         JOIN ledger_postings p ON p.transaction_id = t.id WHERE r.payment_id BETWEEN ? AND ?"
    ));
    let query = query.bind::<BigInt, _>(first).bind::<BigInt, _>(last);
    entries.extend(query.load::<Entry>(conn)?);
    Ok(entries)
}

/// The refunds of these payments.
pub fn list_refunds(
    conn: &mut Conn,
    first: i64,
    last: i64,
) -> Result<Vec<RefundFacts>, StorageError> {
    let query = sql_query(
        "SELECT id, payment_id, amount, state, CAST(EXISTS (SELECT 1 FROM ledger_transactions t \
         WHERE t.kind = 'refund_by_bank' AND t.reference = refunds.id) AS SIGNED) AS by_bank \
         FROM refunds WHERE payment_id BETWEEN ? AND ?",
    );
    let query = query.bind::<BigInt, _>(first).bind::<BigInt, _>(last);
    Ok(query.load(conn)?)
}

/// The supports of these payments.
pub fn list_supports(
    conn: &mut Conn,
    first: i64,
    last: i64,
) -> Result<Vec<SupportFacts>, StorageError> {
    let query = sql_query(
        "SELECT id, payment_id, funding_id, author_id, amount, taken_back_at \
         FROM supports WHERE payment_id BETWEEN ? AND ?",
    );
    let query = query.bind::<BigInt, _>(first).bind::<BigInt, _>(last);
    Ok(query.load(conn)?)
}

/// Up to `limit` fundings with an id above `after`.
pub fn list_totals(conn: &mut Conn, after: i64, limit: i64) -> Result<Vec<Total>, StorageError> {
    let query = sql_query(
        "SELECT f.id, f.collected_amount, CAST((SELECT COALESCE(SUM(p.amount - p.refunded_amount - \
         p.refunding_amount), 0) FROM payments p WHERE p.funding_id = f.id) AS SIGNED) AS held \
         FROM fundings f WHERE f.id > ? ORDER BY f.id LIMIT ?",
    );
    let query = query.bind::<BigInt, _>(after).bind::<BigInt, _>(limit);
    Ok(query.load(conn)?)
}

/// Up to `limit` transactions with an id above `after`.
pub fn list_transactions(
    conn: &mut Conn,
    after: i64,
    limit: i64,
) -> Result<Vec<TransactionFacts>, StorageError> {
    let query = sql_query(
        "SELECT t.id, t.kind, t.reference, CAST(CASE WHEN t.kind IN ('approval', 'attachment') \
         THEN EXISTS (SELECT 1 FROM payments p WHERE p.id = t.reference) \
         ELSE EXISTS (SELECT 1 FROM refunds r WHERE r.id = t.reference) END AS SIGNED) AS known \
         FROM ledger_transactions t WHERE t.id > ? ORDER BY t.id LIMIT ?",
    );
    let query = query.bind::<BigInt, _>(after).bind::<BigInt, _>(limit);
    Ok(query.load(conn)?)
}

/// The id of the account of invented payments, if there is one.
pub fn find_demo_account(conn: &mut Conn) -> Result<Option<i64>, StorageError> {
    use crate::db::schema::merchant_accounts;
    Ok(merchant_accounts::table
        .filter(merchant_accounts::provider.eq(crate::payments::merchants_sql::DEMO))
        .select(merchant_accounts::id)
        .first(conn)
        .optional()?)
}

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
        let invented = find_demo_account(conn)?.unwrap_or(0);
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
        .order(audit_runs::id.desc())
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
