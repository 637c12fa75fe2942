//! Statements about the ledger, and the funding totals that must equal it.

use diesel::prelude::*;
use funsun_domain::ids::FundingId;
use funsun_domain::ledger::Transaction;
use funsun_domain::time::Timestamp;

use crate::db::schema::{fundings, ledger_postings, ledger_transactions};
use crate::db::{Conn, StorageError, dialect};

/// Appends a transaction of the payment or refund `reference`. A unique key rejects a second one of the same kind.
pub fn append(
    conn: &mut Conn,
    transaction: &Transaction,
    reference: i64,
    now: Timestamp,
) -> Result<(), StorageError> {
    diesel::insert_into(ledger_transactions::table)
        .values((
            ledger_transactions::kind.eq(transaction.kind.as_str()),
            ledger_transactions::reference.eq(reference),
            ledger_transactions::created_at.eq(now.micros()),
        ))
        .execute(conn)?;
    let id = dialect::last_insert_id(conn)?;
    for (number, posting) in (1..).zip(&transaction.postings) {
        diesel::insert_into(ledger_postings::table)
            .values((
                ledger_postings::transaction_id.eq(id),
                ledger_postings::number.eq::<i64>(number),
                ledger_postings::from_account.eq(posting.from.to_string()),
                ledger_postings::to_account.eq(posting.to.to_string()),
                ledger_postings::amount.eq(posting.amount.get()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Adds the money of a support to a funding's total, in won, provided that the funding is not deleted: what was read
/// earlier in the transaction does not decide about money.
pub fn add_to_total(conn: &mut Conn, id: FundingId, won: i64) -> Result<(), StorageError> {
    let open = fundings::table
        .filter(fundings::id.eq(id.get()))
        .filter(fundings::deleted_at.is_null());
    let changed = diesel::update(open)
        .set(fundings::collected_amount.eq(fundings::collected_amount + won))
        .execute(conn)?;
    if changed == 1 {
        Ok(())
    } else {
        Err(StorageError::corrupt(
            "money would be added to a deleted funding",
        ))
    }
}

/// Adds to a funding's total, in won; subtracts when `change` is negative.
pub fn change_total(conn: &mut Conn, id: FundingId, change: i64) -> Result<(), StorageError> {
    diesel::update(fundings::table.find(id.get()))
        .set(fundings::collected_amount.eq(fundings::collected_amount + change))
        .execute(conn)?;
    Ok(())
}
