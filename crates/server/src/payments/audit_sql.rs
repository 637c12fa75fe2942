//! The audit's queries: plain sums, in SQL that every engine supports.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Nullable, Text};
use funsun_domain::ledger::MovementKind;

use crate::db::{Conn, StorageError};

/// The balance of a ledger account, in won.
#[derive(QueryableByName)]
pub struct Balance {
    #[diesel(sql_type = Text)]
    pub account: String,
    #[diesel(sql_type = BigInt)]
    pub won: i64,
}

/// A funding and the total in its row, in won.
#[derive(QueryableByName)]
pub struct Total {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = BigInt)]
    pub collected_amount: i64,
}

/// A payment with the sums of its ledger entries, in won.
#[derive(QueryableByName)]
pub struct PaymentSums {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    #[diesel(sql_type = BigInt)]
    pub refunded_amount: i64,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub funding_id: Option<i64>,
    #[diesel(sql_type = BigInt)]
    pub approved: i64,
    #[diesel(sql_type = BigInt)]
    pub attached: i64,
    #[diesel(sql_type = BigInt)]
    pub refunded: i64,
}

/// A support whose amount, author or funding differs from its payment's.
#[derive(QueryableByName)]
pub struct Mismatch {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = BigInt)]
    pub payment_id: i64,
}

pub fn list_balances(conn: &mut Conn) -> Result<Vec<Balance>, StorageError> {
    Ok(sql_query(
        "SELECT account, CAST(SUM(won) AS SIGNED) AS won FROM \
         (SELECT to_account AS account, amount AS won FROM ledger_entries \
         UNION ALL SELECT from_account, -amount FROM ledger_entries) AS moves GROUP BY account",
    )
    .load(conn)?)
}

pub fn list_totals(conn: &mut Conn) -> Result<Vec<Total>, StorageError> {
    Ok(sql_query("SELECT id, collected_amount FROM fundings").load(conn)?)
}

/// Up to `limit` payments with an id above `after`, for reading them in batches.
pub fn list_payments(
    conn: &mut Conn,
    after: i64,
    limit: i64,
) -> Result<Vec<PaymentSums>, StorageError> {
    // Sums by sub-select: grouping would sort all remaining rows for each batch.
    let sum = |kind| {
        format!(
            "CAST((SELECT COALESCE(SUM(e.amount), 0) FROM ledger_entries e \
             WHERE e.payment_id = p.id AND e.kind = '{kind}') AS SIGNED)"
        )
    };
    let [approved, attached, refunded] = [
        MovementKind::Approval,
        MovementKind::Attachment,
        MovementKind::Refund,
    ]
    .map(|kind| sum(kind.as_str()));
    Ok(sql_query(format!(
        "SELECT p.id, p.state, p.amount, p.refunded_amount, p.funding_id, \
         {approved} AS approved, {attached} AS attached, {refunded} AS refunded \
         FROM payments p WHERE p.id > ? ORDER BY p.id LIMIT ?"
    ))
    .bind::<BigInt, _>(after)
    .bind::<BigInt, _>(limit)
    .load(conn)?)
}

pub fn list_mismatches(conn: &mut Conn) -> Result<Vec<Mismatch>, StorageError> {
    Ok(sql_query(
        "SELECT s.id, s.payment_id FROM supports s JOIN payments p ON p.id = s.payment_id \
         WHERE p.amount <> s.amount OR p.account_id <> s.author_id \
         OR p.funding_id IS NULL OR p.funding_id <> s.funding_id",
    )
    .load(conn)?)
}
