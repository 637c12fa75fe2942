//! Attaching: the only place where a payment's money enters a funding, as a support; and removing that support
//! from the lists when its refund begins.

use funsun_domain::fundings::{SupportFacts, SupportRefusal, accepts_support};
use funsun_domain::ids::{AccountKey, FundingId, PaymentId, SupportId};
use funsun_domain::payments::{RefundReason, Step};
use funsun_domain::supports::SupportTerms;
use funsun_domain::time::Timestamp;

use super::context::StepContext;
use super::stored::StoredPayment;
use super::{refund, support_sql};
use crate::db::{Conn, StorageError};
use crate::notifications;
use crate::visibility::{self, FundingFacts};

/// Whether the funding accepts a support from `payer` at `now`; `None` when the payer may not see it.
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
/// longer accepts it, begins the refund. A payment without terms does not change.
///
/// # Errors
/// When the stored terms don't fit any more, or the database fails.
pub(super) fn attach_on_approval(
    conn: &mut Conn,
    payment: StoredPayment,
    cx: StepContext,
) -> Result<StoredPayment, StorageError> {
    let Some(terms) = payment.terms()? else {
        return Ok(payment);
    };
    match check_open(conn, terms.funding, payment.payer, cx.now)? {
        Some(Ok(())) => attach_payment(conn, payment, &terms, cx).map(|(payment, _)| payment),
        Some(Err(_)) | None => refund::start(conn, payment, RefundReason::FundingClosed, cx),
    }
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
    notifications::supported(conn, event, cx.now)?;
    notifications::goal_reached(conn, funding, amount, cx.now)?;
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
