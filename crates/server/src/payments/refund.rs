//! Refunds: begun in a transaction, carried out afterwards, retried until the outcome is certain.

use funsun_domain::ids::{AccountKey, FundingId, PaymentId};
use funsun_domain::money::Won;
use funsun_domain::payments::{PaymentState, RefundReason, Step};

use super::attach::take_off_lists;
use super::context::StepContext;
use super::gateway::RefundOutcome;
use super::stored::StoredPayment;
use super::{list_sql, sql};
use crate::db::{Conn, StorageError};
use crate::notifications;
use crate::state::AppState;

/// Begins the refund of everything left of a payment. Its support is taken off the lists; the funding's total
/// decreases when the refund is complete.
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
    let mut payment = payment.step(conn, Step::StartRefund(all), cx)?;
    sql::set_refund_reason(conn, payment.id, reason)?;
    payment.refund_reason = Some(reason.as_str().to_owned());
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

/// Carries out a refund that was begun. Returns the payment in its new state: refunded, or still `refunding`
/// when the outcome is unclear; the sweeper retries then.
///
/// A crash after the provider was called leaves `refunding` with an attempt counted: the next attempt reads the
/// provider's record first, and states the amount that must still be left, so nothing is refunded twice.
///
/// # Errors
/// When the database fails.
pub async fn carry_out(state: &AppState, id: PaymentId) -> Result<StoredPayment, StorageError> {
    let cx = StepContext::new(state);
    let lease = move |conn: &mut Conn| -> Result<_, StorageError> {
        let payment = sql::get(conn, id)?;
        if payment.state() != PaymentState::Refunding {
            return Ok(Err(payment));
        }
        let unchanged = payment.clone();
        Ok(payment.lease(conn, cx)?.ok_or(unchanged))
    };
    match state.db.write(lease).await? {
        Ok(payment) => call_provider(state, payment).await,
        Err(payment) => Ok(payment),
    }
}

async fn call_provider(
    state: &AppState,
    payment: StoredPayment,
) -> Result<StoredPayment, StorageError> {
    let refundable = payment.refundable_before()?;
    let part = payment.rules.refunding;
    let Some(order) = payment.provider_order() else {
        return Ok(payment);
    };
    let mut note = String::from("requested before");
    if payment.attempts == 1 {
        match state.gateway.refund(order, part, refundable).await {
            RefundOutcome::Done => return finish(state, payment.id).await,
            RefundOutcome::Unclear(unclear) => note = unclear,
        }
    }
    let before = payment.rules.refunded;
    let after = before.plus(part).map_err(StorageError::corrupt)?;
    match state.gateway.look_up(order).await {
        Ok(lookup) if lookup.refunded == after => return finish(state, payment.id).await,
        Ok(lookup) if lookup.refunded == before && payment.attempts > 1 => {
            match state.gateway.refund(order, part, refundable).await {
                RefundOutcome::Done => return finish(state, payment.id).await,
                RefundOutcome::Unclear(unclear) => note = unclear,
            }
        }
        Ok(lookup) if lookup.refunded == before => {}
        Ok(lookup) => note = unexpected(&payment, lookup.refunded),
        Err(error) => note = error.to_string(),
    }
    tracing::warn!(
        payment = payment.id.get(),
        note,
        "a refund's outcome is unclear"
    );
    postpone(state, payment.id, note).await
}

/// Money was refunded outside this service, in the provider's console: an operator must decide.
fn unexpected(payment: &StoredPayment, refunded: Won) -> String {
    tracing::error!(
        payment = payment.id.get(),
        provider_krw = refunded.get(),
        ours_krw = payment.rules.refunded.get(),
        "the provider has refunded another amount than our ledger records"
    );
    format!("the provider has refunded {} won in all", refunded.get())
}

async fn finish(state: &AppState, id: PaymentId) -> Result<StoredPayment, StorageError> {
    let cx = StepContext::new(state);
    let finish = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        match payment.state() {
            PaymentState::Refunding => finish_in(conn, payment, cx),
            _ => Ok(payment),
        }
    };
    state.db.write(finish).await
}

fn finish_in(
    conn: &mut Conn,
    payment: StoredPayment,
    cx: StepContext,
) -> Result<StoredPayment, StorageError> {
    let before = payment.rules;
    let payment = payment.step(conn, Step::FinishRefund, cx)?;
    let reason = payment.refund_reason.as_deref();
    let event = notifications::RefundEvent {
        payment: payment.id,
        payer: payment.payer,
        funding: payment.rules.funding,
        amount: before.refunding,
        refunded_before: before.refunded,
        reason: reason.and_then(RefundReason::parse),
    };
    notifications::refunded(conn, event, cx.now)?;
    Ok(payment)
}

async fn postpone(
    state: &AppState,
    id: PaymentId,
    note: String,
) -> Result<StoredPayment, StorageError> {
    let now = state.clock.now();
    let postpone = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        match payment.state() {
            PaymentState::Refunding => payment.postpone(conn, now, &note),
            _ => Ok(payment),
        }
    };
    state.db.write(postpone).await
}
