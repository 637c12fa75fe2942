//! Statements that clear the support messages of members who leave.

use diesel::prelude::*;
use funsun_domain::ids::AccountKey;
use funsun_domain::payments::PaymentState;

use crate::db::schema::payments;
use crate::db::{Batch, Conn, StorageError};

/// Clears the support messages of a leaving member's payments that may still be approved: they create no support then.
///
/// # Errors
/// When the database fails.
pub fn clear_pending_messages_of(conn: &mut Conn, payer: AccountKey) -> Result<(), StorageError> {
    let pending = PaymentState::ALL
        .into_iter()
        .filter(|state| state.is_open() || *state == PaymentState::Approved)
        .map(PaymentState::as_str);
    let theirs = payments::table
        .filter(payments::account_id.eq(payer.get()))
        .filter(payments::state.eq_any(pending));
    diesel::update(theirs)
        .set(payments::wanted_message.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}

/// Clears the support messages of a batch of a former member's payments.
///
/// # Errors
/// When the database fails.
pub fn clear_some_messages_of(
    conn: &mut Conn,
    payer: AccountKey,
    batch: Batch,
) -> Result<Option<Batch>, StorageError> {
    let ids: Vec<i64> = payments::table
        .filter(payments::account_id.eq(payer.get()))
        .filter(payments::id.gt(batch.after))
        .order(payments::id)
        .select(payments::id)
        .limit(batch.limit)
        .load(conn)?;
    diesel::update(payments::table.filter(payments::id.eq_any(&ids)))
        .set(payments::wanted_message.eq(None::<String>))
        .execute(conn)?;
    Ok(batch.next(&ids))
}
