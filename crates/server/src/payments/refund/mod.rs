//! Refunds: begun in a transaction, carried out afterwards, retried until the outcome is certain or a person must
//! decide. Each is a row of its own, so that a late answer to one can't finish another.

mod carry_out;
mod finish;
mod sql;

use funsun_domain::ids::{AccountKey, FundingId, PaymentId, RefundId};
use funsun_domain::money::Won;
use funsun_domain::payments::{RefundReason, RefundState, Step};
use funsun_domain::time::Timestamp;

pub use carry_out::{carry_out, settle};
pub use finish::{book_at_provider, finish_by_bank, restart};
pub use sql::{
    find_open, find_payment, hasten, list_due, list_events, list_of, list_reasons, oldest_due,
    put_off,
};

use super::attach::take_off_lists;
use super::context::StepContext;
use super::list_sql;
use super::stored::StoredPayment;
use crate::db::{Conn, StorageError};

/// A refund with the columns of its row.
#[derive(Clone, Debug)]
pub struct StoredRefund {
    /// Its id.
    pub id: RefundId,
    /// The payment.
    pub payment: PaymentId,
    /// What is refunded.
    pub amount: Won,
    /// Why.
    pub reason: String,
    /// How far it is.
    pub state: RefundState,
    /// The provider's last answer, for the operator.
    pub note: Option<String>,
    /// Requests to the provider so far.
    pub attempts: i64,
    /// The end of the lease during which one request or the sweeper may call the provider about it.
    pub lease_until: Timestamp,
    /// When it began.
    pub created_at: Timestamp,
}

/// Begins the refund of everything left of a payment. Its support is taken off the lists, and the money leaves the
/// funding's total.
///
/// # Errors
/// When the payment's state allows no refund, or the database fails.
pub fn start(
    conn: &mut Conn,
    payment: StoredPayment,
    reason: RefundReason,
    cx: StepContext,
) -> Result<StoredPayment, StorageError> {
    let all = payment.rules.refundable();
    let refund = sql::create(conn, payment.id, all, reason.as_str(), cx.now)?;
    let payment = payment.refund_step(conn, Step::StartRefund(all), refund, cx)?;
    take_off_lists(conn, payment.id, cx.now)?;
    Ok(payment)
}

/// Begins the refund of every payment that a funding holds.
///
/// # Errors
/// When the database fails.
pub fn refund_all_of(
    conn: &mut Conn,
    funding: FundingId,
    cx: StepContext,
) -> Result<(), StorageError> {
    for payment in list_sql::list_held_by(conn, funding)? {
        start(conn, payment, RefundReason::FundingDeleted, cx)?;
    }
    Ok(())
}

/// Begins the refund of every payment of a member that has no support.
///
/// # Errors
/// When the database fails.
pub fn refund_unattached_of(
    conn: &mut Conn,
    payer: AccountKey,
    cx: StepContext,
) -> Result<(), StorageError> {
    for payment in list_sql::list_unattached(conn, payer)? {
        start(conn, payment, RefundReason::PayerLeft, cx)?;
    }
    Ok(())
}
