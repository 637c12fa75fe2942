//! Giving money back: asked for in a transaction, carried out afterwards, tried until it is certain.

use funsun_domain::ids::{AccountKey, FundingId, PaymentId};
use funsun_domain::money::Won;
use funsun_domain::payments::{PaymentState, RefundReason, Step};
use funsun_domain::time::Timestamp;

use super::gateway::Refunding;
use super::sql;
use super::stored::{StoredPayment, Timing};
use crate::db::{Conn, StorageError};
use crate::state::AppState;
use crate::{notifications, supports};

/// Asks that everything left of a payment be given back. A support it paid for is listed no more; the
/// funding's total falls when the money is really back.
///
/// # Errors
/// When nothing can be given back from where the payment stands, or the database fails.
pub fn start(
    conn: &mut Conn,
    payment: StoredPayment,
    reason: RefundReason,
    now: Timestamp,
    timing: Timing,
) -> Result<StoredPayment, StorageError> {
    let all = payment.rules.refundable();
    let mut payment = payment.step(conn, Step::StartRefund(all), now, timing)?;
    sql::set_refund_reason(conn, payment.id, reason.as_str())?;
    payment.refund_reason = Some(reason.as_str().to_owned());
    supports::take_off_lists(conn, payment.id, now)?;
    Ok(payment)
}

/// Asks that every payment held by a funding be given back.
///
/// # Errors
/// When the database fails.
pub fn refund_all_of(
    conn: &mut Conn,
    funding: FundingId,
    now: Timestamp,
    timing: Timing,
) -> Result<(), StorageError> {
    for payment in sql::list_held_by(conn, funding)? {
        start(conn, payment, RefundReason::FundingDeleted, now, timing)?;
    }
    Ok(())
}

/// Asks that every payment of a member that no support took be given back.
///
/// # Errors
/// When the database fails.
pub fn refund_unattached_of(
    conn: &mut Conn,
    payer: AccountKey,
    now: Timestamp,
    timing: Timing,
) -> Result<(), StorageError> {
    for payment in sql::list_unattached(conn, payer)? {
        start(conn, payment, RefundReason::PayerLeft, now, timing)?;
    }
    Ok(())
}

/// Carries out a refund that was asked for. Gives back the payment as it stands: refunded, or still
/// `refunding` when the provider can't be understood; the sweeper goes on then.
///
/// Dying after the provider was called leaves `refunding` with an attempt counted: the next attempt asks
/// the provider's book first, and names what must still be left, so nothing is given back twice.
///
/// # Errors
/// When the database fails.
pub async fn pursue(state: &AppState, id: PaymentId) -> Result<StoredPayment, StorageError> {
    let (now, timing) = (state.clock.now(), Timing::from(&state.config));
    let lease = move |conn: &mut Conn| -> Result<_, StorageError> {
        let payment = sql::get(conn, id)?;
        if payment.state() != PaymentState::Refunding {
            return Ok(Err(payment));
        }
        let as_it_is = payment.clone();
        Ok(payment.lease(conn, now, timing)?.ok_or(as_it_is))
    };
    match state.db.write(lease).await? {
        Ok(payment) => carry_out(state, payment).await,
        Err(payment) => Ok(payment),
    }
}

async fn carry_out(
    state: &AppState,
    payment: StoredPayment,
) -> Result<StoredPayment, StorageError> {
    let refundable = payment.refundable_before()?;
    let part = payment.rules.refunding;
    let Some(known) = payment.known() else {
        return Ok(payment);
    };
    let mut note = String::from("asked before");
    if payment.attempts == 1 {
        match state.gateway.refund(known, part, refundable).await {
            Refunding::Done => return finish(state, payment.id).await,
            Refunding::Unclear(unclear) => note = unclear,
        }
    }
    let before = payment.rules.refunded;
    let after = before.plus(part).map_err(StorageError::corrupt)?;
    match state.gateway.look_up(known).await {
        Ok(lookup) if lookup.refunded == after => return finish(state, payment.id).await,
        Ok(lookup) if lookup.refunded == before && payment.attempts > 1 => {
            match state.gateway.refund(known, part, refundable).await {
                Refunding::Done => return finish(state, payment.id).await,
                Refunding::Unclear(unclear) => note = unclear,
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
    put_off(state, payment.id, note).await
}

/// Somebody gave money back past us, in the provider's own console: a person must look.
fn unexpected(payment: &StoredPayment, refunded: Won) -> String {
    tracing::error!(
        payment = payment.id.get(),
        provider_krw = refunded.get(),
        ours_krw = payment.rules.refunded.get(),
        "the provider has given back another amount than we know of"
    );
    format!("the provider has given back {} won in all", refunded.get())
}

async fn finish(state: &AppState, id: PaymentId) -> Result<StoredPayment, StorageError> {
    let (now, timing) = (state.clock.now(), Timing::from(&state.config));
    let finish = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        match payment.state() {
            PaymentState::Refunding => finish_in(conn, payment, now, timing),
            _ => Ok(payment),
        }
    };
    state.db.write(finish).await
}

fn finish_in(
    conn: &mut Conn,
    payment: StoredPayment,
    now: Timestamp,
    timing: Timing,
) -> Result<StoredPayment, StorageError> {
    let before = payment.rules;
    let payment = payment.step(conn, Step::FinishRefund, now, timing)?;
    let reason = payment.refund_reason.as_deref();
    let event = notifications::RefundEvent {
        payment: payment.id,
        payer: payment.payer,
        funding: payment.rules.funding,
        amount: before.refunding,
        refunded_before: before.refunded,
        reason: reason.and_then(RefundReason::parse),
    };
    notifications::refunded(conn, event, now)?;
    Ok(payment)
}

async fn put_off(
    state: &AppState,
    id: PaymentId,
    note: String,
) -> Result<StoredPayment, StorageError> {
    let now = state.clock.now();
    let put_off = move |conn: &mut Conn| {
        let payment = sql::get(conn, id)?;
        match payment.state() {
            PaymentState::Refunding => payment.put_off(conn, now, &note),
            _ => Ok(payment),
        }
    };
    state.db.write(put_off).await
}
