//! Refunds: begun in a transaction, carried out afterwards, retried until the outcome is certain or a person must
//! decide. Each is a row of its own, so that a late answer to one can't finish another.

mod carry_out;
mod finish;
mod sql;

use diesel::Connection;
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
use super::reviews::{self, ReviewReason};
use super::stored::StoredPayment;
use super::{list_sql, sql as payment_sql};
use crate::db::{Batch, Conn, StorageError};

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
    /// When it is attempted next; `None` when it waits for a person, or has ended.
    pub next_check_at: Option<Timestamp>,
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

/// A batch of refunds that were begun.
#[derive(Clone, Copy, Debug)]
pub struct BegunRefunds {
    /// The next batch; `None` when there are no more payments.
    pub next: Option<Batch>,
    /// How many of this batch could not be begun.
    pub failed: usize,
}

/// Begins the refund of a batch of the payments that a funding holds.
///
/// # Errors
/// When the database fails.
pub fn refund_some_of(
    conn: &mut Conn,
    funding: FundingId,
    batch: Batch,
    cx: StepContext,
) -> Result<BegunRefunds, StorageError> {
    let ids = list_sql::list_ids_held_by(conn, funding, batch)?;
    start_all(conn, &ids, batch, RefundReason::FundingDeleted, cx)
}

/// Begins the refund of a batch of a member's payments that have no support.
///
/// # Errors
/// When the database fails.
pub fn refund_some_unattached_of(
    conn: &mut Conn,
    payer: AccountKey,
    batch: Batch,
    cx: StepContext,
) -> Result<BegunRefunds, StorageError> {
    let ids = list_sql::list_ids_unattached(conn, payer, batch)?;
    start_all(conn, &ids, batch, RefundReason::PayerLeft, cx)
}

/// Begins each refund in a savepoint: a broken row must not keep the others from their money. It needs a person.
fn start_all(
    conn: &mut Conn,
    ids: &[i64],
    batch: Batch,
    reason: RefundReason,
    cx: StepContext,
) -> Result<BegunRefunds, StorageError> {
    let mut failed = 0;
    for &payment in ids {
        let id = PaymentId::new(payment).map_err(StorageError::corrupt)?;
        let begun = conn.transaction(|conn| {
            let payment = payment_sql::get(conn, id)?;
            start(conn, payment, reason, cx)
        });
        match begun {
            Ok(_) => {}
            Err(error) if error.is_of_row() => {
                tracing::error!(payment, %error, "a refund could not be begun");
                let note = error.to_string();
                reviews::open(conn, id, ReviewReason::Unreadable, &note, cx.now)?;
                failed += 1;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(BegunRefunds {
        next: batch.next(ids),
        failed,
    })
}
