//! Statements about the ledger, and the funding totals that must equal it.

use diesel::prelude::*;
use funsun_domain::ids::{FundingId, PaymentId};
use funsun_domain::ledger::Movement;
use funsun_domain::money::Won;
use funsun_domain::time::Timestamp;

use crate::db::schema::{fundings, ledger_entries};
use crate::db::{Conn, StorageError};

/// Appends an entry. A unique key rejects a second entry of the same kind for the same money.
pub fn append(
    conn: &mut Conn,
    payment: PaymentId,
    movement: Movement,
    refunded_before: Won,
    now: Timestamp,
) -> Result<(), StorageError> {
    diesel::insert_into(ledger_entries::table)
        .values((
            ledger_entries::payment_id.eq(payment.get()),
            ledger_entries::kind.eq(movement.kind.as_str()),
            ledger_entries::refunded_before.eq(refunded_before.get()),
            ledger_entries::from_account.eq(movement.from.to_string()),
            ledger_entries::to_account.eq(movement.to.to_string()),
            ledger_entries::amount.eq(movement.amount.get()),
            ledger_entries::created_at.eq(now.micros()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Adds to a funding's total, in won; subtracts when `change` is negative.
pub fn change_total(conn: &mut Conn, id: FundingId, change: i64) -> Result<(), StorageError> {
    diesel::update(fundings::table.find(id.get()))
        .set(fundings::collected_amount.eq(fundings::collected_amount + change))
        .execute(conn)?;
    Ok(())
}
