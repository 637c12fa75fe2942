//! Attaching: the only place where a payment's money enters a funding, as a support; and removing that support
//! from the lists when its refund begins.

use funsun_domain::fundings::{SupportFacts, SupportRefusal, accepts_support};
use funsun_domain::ids::{AccountKey, FundingId, PaymentId, SupportId};
use funsun_domain::money::Won;
use funsun_domain::payments::{RefundReason, Step};
use funsun_domain::supports::SupportTerms;
use funsun_domain::time::Timestamp;

use super::context::StepContext;
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

/// Whether the funding takes this payment, its amount included; `None` when the payer may not see it.
///
/// # Errors
/// When the database fails.
pub fn check_attachable(
    conn: &mut Conn,
    funding: FundingId,
    payment: &StoredPayment,
    cx: StepContext,
) -> Result<Option<Result<(), SupportRefusal>>, StorageError> {
    Ok(match check_open(conn, funding, payment.payer, cx.now)? {
        Some(Ok(())) => Some(cap::check_payment(conn, funding, payment, cx)?),
        other => other,
    })
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
    attach_payment(conn, payment, terms, cx).map(|(_, support)| support)
}

/// Right after the approval, in its transaction: attaches the payment on its terms or, when the funding no
/// longer accepts it, begins the refund. A payment without terms does not change. `refunded` is what the provider had
/// refunded by then, without us: it is booked.
///
/// # Errors
/// When the database fails.
pub(super) fn attach_on_approval(
    conn: &mut Conn,
    payment: StoredPayment,
    refunded: Won,
    cx: StepContext,
) -> Result<StoredPayment, StorageError> {
    // Terms that no longer fit must not keep the charge from being recorded: without a support it is refunded later.
    let terms = payment.terms().unwrap_or_else(|error| {
        tracing::error!(payment = payment.id.get(), %error, "no support can be made");
        None
    });
    let check = match &terms {
        Some(terms) => check_attachable(conn, terms.funding, &payment, cx)?,
        None if refunded.is_zero() => return Ok(payment),
        None => None,
    };
    if let (Some(terms), Some(Ok(()))) = (&terms, &check) {
        let (payment, _) = attach_payment(conn, payment, terms, cx)?;
        return refund::book_at_provider(conn, payment, refunded, cx);
    }
    let payment = refund::book_at_provider(conn, payment, refunded, cx)?;
    if payment.rules.refundable().is_zero() {
        return Ok(payment);
    }
    let reason = refund_reason(check.and_then(Result::err));
    refund::start(conn, payment, reason, cx)
}

fn attach_payment(
    conn: &mut Conn,
    payment: StoredPayment,
    terms: &SupportTerms,
    cx: StepContext,
) -> Result<(StoredPayment, SupportId), StorageError> {
    let (funding, amount) = (terms.funding, payment.rules.amount);
    let payment = payment.step(conn, Step::Attach(funding), cx)?;
    let support = support_sql::create(conn, &payment, terms, cx.now)?;
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
    });
    Ok((payment, support))
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
