//! The audit's queries, in SQL that every engine supports. Each reads a range of ids.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::db::{Conn, StorageError};

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
    /// The part of a deleted funding that nobody has looked at: it should be on its way back.
    #[diesel(sql_type = BigInt)]
    pub stranded: i64,
}

/// Whether jobs wait that begin the refunds of deleted fundings.
pub fn has_refunds_to_begin(conn: &mut Conn) -> Result<bool, StorageError> {
    use crate::db::schema::jobs;
    let waiting =
        jobs::table.filter(jobs::kind.eq_any(["refund_funding", "clean_up_after_leaving"]));
    Ok(diesel::select(diesel::dsl::exists(waiting)).get_result(conn)?)
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
    // CROSS JOIN: otherwise SQLite reads the transactions of all refunds, for each range.
    let query = sql_query(format!(
        "SELECT r.payment_id, {columns} FROM refunds r CROSS JOIN ledger_transactions t ON t.reference = r.id \
         AND t.kind IN ('refund_start', 'refund', 'refund_stop', 'refund_by_bank') \
         CROSS JOIN ledger_postings p ON p.transaction_id = t.id WHERE r.payment_id BETWEEN ? AND ?"
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
         p.refunding_amount), 0) FROM payments p WHERE p.funding_id = f.id) AS SIGNED) AS held, \
         CAST(CASE WHEN f.deleted_at IS NULL THEN 0 ELSE (SELECT COALESCE(SUM(p.amount - p.refunded_amount - \
         p.refunding_amount), 0) FROM payments p WHERE p.funding_id = f.id AND NOT EXISTS \
         (SELECT 1 FROM payment_reviews r WHERE r.payment_id = p.id)) END AS SIGNED) AS stranded \
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
