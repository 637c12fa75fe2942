//! Attaching: the only place where a payment's money enters a funding, as a support; and removing that support
//! from the lists when its refund begins.

use funsun_domain::fundings::{SupportFacts, SupportRefusal, accepts_support};
use funsun_domain::ids::{AccountKey, FundingId, PaymentId, SupportId};
use funsun_domain::payments::{RefundReason, Step};
use funsun_domain::supports::SupportTerms;
use funsun_domain::time::Timestamp;

use super::context::StepContext;
use super::gateway::Standing;
use super::stored::StoredPayment;
use super::tell::tell_or_log;
use super::{cap, refund, support_sql};
use crate::db::{Conn, StorageError};
use crate::notifications;
use crate::visibility::{self, FundingFacts};

/// Whether the funding accepts a support from `payer` at `now`, whatever its amount; `None` when the payer may not see
/// it.
///
/// # Errors
/// When the database fails.
pub fn check_open(
    conn: &mut Conn,
    funding: FundingId,
    payer: AccountKey,
    now: Timestamp,
) -> Result<Option<Result<(), SupportRefusal>>, StorageError> {
    let facts = visibility::find_facts(conn, funding, payer.into())?;
    Ok(facts.map(|facts| check_facts(facts, payer, now)))
}

/// As [`check_open`], for a new support of this amount: beyond what is in flight, too.
pub(super) fn check_new(
    conn: &mut Conn,
    terms: &SupportTerms,
    payer: AccountKey,
    cx: StepContext,
) -> Result<Option<Result<(), SupportRefusal>>, StorageError> {
    let Some(facts) = visibility::find_facts(conn, terms.funding, payer.into())? else {
        return Ok(None);
    };
    if let Err(refusal) = check_facts(facts, payer, cx.now) {
        return Ok(Some(Err(refusal)));
    }
    cap::check_new(conn, terms, payer, facts, cx).map(Some)
}

/// As [`check_open`], for this payment.
///
/// # Errors
/// When the database fails.
pub fn check_attachable(
    conn: &mut Conn,
    funding: FundingId,
    payment: &StoredPayment,
    cx: StepContext,
) -> Result<Option<Result<(), SupportRefusal>>, StorageError> {
    let Some(facts) = visibility::find_facts(conn, funding, payment.payer.into())? else {
        return Ok(None);
    };
    if let Err(refusal) = check_facts(facts, payment.payer, cx.now) {
        return Ok(Some(Err(refusal)));
    }
    cap::check_payment(conn, funding, facts, payment, cx).map(Some)
}

fn check_facts(
    facts: FundingFacts,
    payer: AccountKey,
    now: Timestamp,
) -> Result<(), SupportRefusal> {
    let facts = SupportFacts {
        own: facts.author == payer,
        hidden: facts.hidden,
        deadline: facts.deadline,
    };
    accepts_support(facts, now)
}

/// The reason of the refund that follows when a funding does not take a payment.
pub const fn refund_reason(refusal: Option<SupportRefusal>) -> RefundReason {
    match refusal {
        Some(SupportRefusal::Full(_)) => RefundReason::FundingFull,
        _ => RefundReason::FundingClosed,
    }
}

/// Attaches an approved payment to the funding of these terms; returns the support. The caller has checked in
/// the same transaction that the funding accepts it.
///
/// # Errors
/// When the payment is not approved, or the database fails.
pub fn attach(
    conn: &mut Conn,
    payment: StoredPayment,
    terms: &SupportTerms,
    cx: StepContext,
) -> Result<SupportId, StorageError> {
    let payment = payment.step(conn, Step::Attach(terms.funding), cx)?;
    create_support(conn, &payment, terms, cx)
}

/// Stores that the money of a payment was captured, and in the same step attaches it on its terms or, when the funding no
/// longer accepts it, begins the refund. A payment without terms waits for its support. What the provider had refunded by
/// then, without us, is booked.
///
/// # Errors
/// When the database fails.
pub(super) fn record_captured(
    conn: &mut Conn,
    payment: StoredPayment,
    standing: &Standing,
    cx: StepContext,
) -> Result<StoredPayment, StorageError> {
    // Terms that no longer fit must not keep the charge from being recorded: without a support it is refunded later.
    let terms = payment.terms().unwrap_or_else(|error| {
        tracing::error!(payment = payment.id.get(), %error, "no support can be made");
        None
    });
    let check = match &terms {
        Some(terms) => check_attachable(conn, terms.funding, &payment, cx)?,
        None => None,
    };
    if let (Some(terms), Some(Ok(()))) = (&terms, &check) {
        let payment = payment.approve(conn, standing, Some(terms.funding), cx)?;
        create_support(conn, &payment, terms, cx)?;
        return refund::book_at_provider(conn, payment, standing.refunded, cx);
    }
    let payment = payment.approve(conn, standing, None, cx)?;
    if terms.is_none() && standing.refunded.is_zero() {
        return Ok(payment);
    }
    let payment = refund::book_at_provider(conn, payment, standing.refunded, cx)?;
    if payment.rules.refundable().is_zero() {
        return Ok(payment);
    }
    let reason = refund_reason(check.and_then(Result::err));
    refund::start(conn, payment, reason, cx)
}

/// Creates the support of a payment that has just been attached.
fn create_support(
    conn: &mut Conn,
    payment: &StoredPayment,
    terms: &SupportTerms,
    cx: StepContext,
) -> Result<SupportId, StorageError> {
    let (funding, amount) = (terms.funding, payment.rules.amount);
    let support = support_sql::create(conn, payment, terms, cx.now)?;
    support_sql::set_participation(conn, payment.payer, funding, support)?;
    let event = notifications::SupportEvent {
        funding,
        support,
        supporter: payment.payer,
        amount,
    };
    tell_or_log(conn, payment.id, |conn| {
        notifications::supported(conn, event, cx.now)?;
        notifications::goal_reached(conn, funding, amount, cx.now)
    })?;
    Ok(support)
}

/// Removes the support of a payment, if it has one, from every list: its refund has begun.
///
/// # Errors
/// When the database fails.
pub(super) fn take_off_lists(
    conn: &mut Conn,
    payment: PaymentId,
    now: Timestamp,
) -> Result<(), StorageError> {
    if let Some(taken) = support_sql::take_back(conn, payment, now)? {
        support_sql::renew_participation(conn, taken)?;
    }
    Ok(())
}
