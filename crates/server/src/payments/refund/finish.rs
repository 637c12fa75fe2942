//! How refunds end, each in one transaction.

use funsun_domain::money::Won;
use funsun_domain::payments::{PaymentState, RefundReason, RefundState, Step};
use funsun_domain::time::Timestamp;

use super::{StoredRefund, sql};
use crate::db::{Conn, StorageError};
use crate::notifications;
use crate::payments::attach::take_off_lists;
use crate::payments::context::StepContext;
use crate::payments::reviews::{self, ReviewReason};
use crate::payments::sql as payment_sql;
use crate::payments::stored::{StoredPayment, retry_pause};
use crate::payments::tell::tell_or_log;

/// Seconds after which an unfinished refund needs a person.
const UNFINISHED_SECONDS: i64 = 86_400;
/// The same for one that the provider has under way: a transfer to a bank account takes days.
const PENDING_SECONDS: i64 = 7 * 86_400;
/// Pause between two attempts from then on, in seconds.
const SLOW_PAUSE_SECONDS: i64 = 6 * 3_600;

/// The end of no lease.
const NO_LEASE: Timestamp = Timestamp::from_micros(0);

/// Stores that the provider has made this refund, and tells the payer. Nothing changes when it has ended before.
///
/// # Errors
/// When the database fails.
pub(super) fn finish(
    conn: &mut Conn,
    held: &StoredRefund,
    cx: StepContext,
) -> Result<(), StorageError> {
    payment_sql::lock(conn, held.payment)?;
    let refund = sql::get(conn, held.id)?;
    if refund.state.is_open() {
        end(conn, &refund, RefundState::Done, Step::FinishRefund, cx)?;
    }
    Ok(())
}

/// Stores that this refund was paid from our bank account, and tells the payer.
///
/// # Errors
/// When the database fails.
pub fn finish_by_bank(
    conn: &mut Conn,
    refund: &StoredRefund,
    cx: StepContext,
) -> Result<(), StorageError> {
    end(
        conn,
        refund,
        RefundState::Done,
        Step::FinishRefundByBank,
        cx,
    )
    .map(|_| ())
}

/// Ends an open refund and takes the payment's step.
fn end(
    conn: &mut Conn,
    refund: &StoredRefund,
    state: RefundState,
    step: Step,
    cx: StepContext,
) -> Result<StoredPayment, StorageError> {
    let ended = StoredRefund {
        state,
        lease_until: NO_LEASE,
        ..refund.clone()
    };
    if !sql::update(conn, refund, &ended, None, cx.now)? {
        return Err(StorageError::corrupt("the refund has changed meanwhile"));
    }
    let payment = payment_sql::get(conn, refund.payment)?;
    let before = payment.rules.refunded;
    let payment = payment.refund_step(conn, step, refund.id, cx)?;
    if state == RefundState::Done {
        tell_payer(conn, &payment, refund, before, cx.now)?;
    }
    Ok(payment)
}

fn tell_payer(
    conn: &mut Conn,
    payment: &StoredPayment,
    refund: &StoredRefund,
    refunded_before: Won,
    now: Timestamp,
) -> Result<(), StorageError> {
    let event = notifications::RefundEvent {
        payment: payment.id,
        payer: payment.payer,
        funding: payment.rules.funding,
        amount: refund.amount,
        refunded_before,
        reason: RefundReason::parse(&refund.reason),
    };
    tell_or_log(conn, payment.id, |conn| {
        notifications::refunded(conn, event, now)
    })
}

/// Stores that nothing is certain yet: the refund is asked about again, with growing pauses. A refund that stays so for
/// a day needs a person. Nothing changes when `held` is no longer the current lease.
///
/// # Errors
/// When the database fails.
pub(super) fn postpone(
    conn: &mut Conn,
    held: &StoredRefund,
    state: RefundState,
    note: &str,
    now: Timestamp,
) -> Result<(), StorageError> {
    let patience = match state {
        RefundState::Pending => PENDING_SECONDS,
        _ => UNFINISHED_SECONDS,
    };
    let late = now > held.created_at.plus_seconds(patience);
    let pause = if late {
        SLOW_PAUSE_SECONDS
    } else {
        retry_pause(held.attempts)
    };
    let next_check = now.plus_seconds(pause);
    let after = StoredRefund {
        state,
        note: Some(note.to_owned()),
        lease_until: NO_LEASE,
        ..held.clone()
    };
    if sql::update(conn, held, &after, Some(next_check), now)? && late {
        reviews::open(conn, held.payment, ReviewReason::RefundUnclear, note, now)?;
    }
    Ok(())
}

/// Stores that a person must decide: the provider is not asked again.
///
/// # Errors
/// When the database fails.
pub(super) fn park(
    conn: &mut Conn,
    held: &StoredRefund,
    note: &str,
    now: Timestamp,
) -> Result<(), StorageError> {
    let after = StoredRefund {
        state: RefundState::Parked,
        note: Some(note.to_owned()),
        lease_until: NO_LEASE,
        ..held.clone()
    };
    if sql::update(conn, held, &after, None, now)? {
        reviews::open(conn, held.payment, ReviewReason::RefundRefused, note, now)?;
    }
    Ok(())
}

/// Books what the provider has refunded without us, `total` in all, while this refund was open. This one is stopped;
/// what is then left of its payment is in a new refund that waits for a person.
///
/// # Errors
/// When the database fails.
pub(super) fn book_instead(
    conn: &mut Conn,
    held: &StoredRefund,
    total: Won,
    note: &str,
    cx: StepContext,
) -> Result<(), StorageError> {
    payment_sql::lock(conn, held.payment)?;
    let refund = sql::get(conn, held.id)?;
    if !refund.state.is_open() {
        return Ok(());
    }
    let payment = end(conn, &refund, RefundState::Stopped, Step::StopRefund, cx)?;
    let payment = book_at_provider(conn, payment, total, cx)?;
    let left = payment.rules.refundable();
    if left.is_zero() {
        return Ok(());
    }
    let rest = sql::create(conn, payment.id, left, &refund.reason, cx.now)?;
    payment.refund_step(conn, Step::StartRefund(left), rest, cx)?;
    let rest = sql::get(conn, rest)?;
    park(conn, &rest, note, cx.now)
}

/// Replaces a parked refund by a new one, due at once, under a new id: to the provider it is another request.
///
/// # Errors
/// When the database fails.
pub fn restart(
    conn: &mut Conn,
    parked: &StoredRefund,
    cx: StepContext,
) -> Result<(), StorageError> {
    let payment = end(conn, parked, RefundState::Stopped, Step::StopRefund, cx)?;
    let again = sql::create(conn, payment.id, parked.amount, &parked.reason, cx.now)?;
    payment
        .refund_step(conn, Step::StartRefund(parked.amount), again, cx)
        .map(|_| ())
}

/// Books what the provider has refunded without us: `total` is what it has refunded of this payment in all. The
/// support of a payment that is refunded completely is taken off the lists.
///
/// # Errors
/// When the amounts don't fit, or the database fails.
pub fn book_at_provider(
    conn: &mut Conn,
    payment: StoredPayment,
    total: Won,
    cx: StepContext,
) -> Result<StoredPayment, StorageError> {
    let before = payment.rules.refunded;
    let foreign = total.minus(before).map_err(StorageError::corrupt)?;
    if foreign.is_zero() {
        return Ok(payment);
    }
    let reason = RefundReason::AtProvider.as_str();
    let id = sql::create(conn, payment.id, foreign, reason, cx.now)?;
    payment.refund_step(conn, Step::StartRefund(foreign), id, cx)?;
    let refund = sql::get(conn, id)?;
    let payment = end(conn, &refund, RefundState::Done, Step::FinishRefund, cx)?;
    if payment.state() == PaymentState::Refunded {
        take_off_lists(conn, payment.id, cx.now)?;
    } else {
        let note = format!("the provider has refunded {} won", total.get());
        let reason = ReviewReason::PartlyRefundedAtProvider;
        reviews::open(conn, payment.id, reason, &note, cx.now)?;
    }
    Ok(payment)
}
