//! Accepting a support: the one place where a payment's money goes into a funding.

use funsun_domain::fundings::{SupportFacts, SupportRefusal, accepts_support};
use funsun_domain::ids::{AccountKey, FundingId, PaymentId, SupportId};
use funsun_domain::payments::{RefundReason, Step};
use funsun_domain::supports::SupportTerms;
use funsun_domain::time::Timestamp;
use thiserror::Error;

use super::sql;
use crate::db::{Conn, StorageError};
use crate::notifications;
use crate::payments::refund;
use crate::payments::{self, StepContext, StoredPayment};
use crate::visibility::{self, FundingFacts};

/// The outcome of accepting a support.
pub enum AcceptOutcome {
    /// It stands; it may have stood before, when the approval itself created it.
    Accepted(SupportId),
    /// The funding takes none any more; the refund of the payment has begun.
    Refunding(PaymentId, SupportRefusal),
}

/// Why a support is not accepted, with nothing changed.
#[derive(Debug, Error)]
pub enum AcceptRefusal {
    /// There is no funding by this id that the payer may see.
    #[error("funding: there is no such funding")]
    NoSuchFunding,
    /// It is the payer's own.
    #[error("funding: {0}")]
    NotAccepted(SupportRefusal),
    /// There is no approved payment of exactly this amount without a support.
    #[error("amount: there is no approved payment of exactly this amount; pay first")]
    NotPaid,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Accepts a support for an approved payment of exactly its amount, once per payment. For a support that the
/// approval itself created, it returns that one.
///
/// # Errors
/// [`AcceptRefusal`].
pub fn accept(
    conn: &mut Conn,
    payer: AccountKey,
    terms: &SupportTerms,
    cx: StepContext,
) -> Result<AcceptOutcome, AcceptRefusal> {
    let open = find_open(conn, terms.funding, payer, cx.now)?;
    let verdict = open.ok_or(AcceptRefusal::NoSuchFunding)?;
    if let Err(SupportRefusal::Own) = verdict {
        return Err(AcceptRefusal::NotAccepted(SupportRefusal::Own));
    }
    let Some(payment) = payments::sql::find_unattached(conn, payer, terms.amount.won())? else {
        let created = sql::find_created_by_approval(conn, payer, terms)?;
        let accepted = created.map(AcceptOutcome::Accepted);
        return accepted.ok_or(AcceptRefusal::NotPaid);
    };
    match verdict {
        Ok(()) => {
            let (_, support) = attach(conn, payment, terms, cx)?;
            Ok(AcceptOutcome::Accepted(support))
        }
        Err(why) => {
            let payment = refund::start(conn, payment, RefundReason::FundingClosed, cx)?;
            Ok(AcceptOutcome::Refunding(payment.id, why))
        }
    }
}

/// Right after the approval, in its transaction: creates the support that the payment is for or, when that
/// is not possible any more, begins the refund. A payment that is for none is left as it is.
///
/// # Errors
/// When the database fails.
pub fn accept_wanted(
    conn: &mut Conn,
    payment: StoredPayment,
    cx: StepContext,
) -> Result<StoredPayment, StorageError> {
    let Some(terms) = payment.terms.clone() else {
        return Ok(payment);
    };
    let facts = visibility::find_facts(conn, terms.funding, payment.payer.into())?;
    let accepted = facts.is_some_and(|facts| judge(facts, payment.payer, cx.now).is_ok());
    if !accepted {
        return refund::start(conn, payment, RefundReason::FundingClosed, cx);
    }
    let attached = attach(conn, payment, &terms, cx)?;
    Ok(attached.0)
}

/// Whether the funding takes a support from `payer` right now; `None` when they may not see it.
///
/// # Errors
/// When the database fails.
pub fn find_open(
    conn: &mut Conn,
    funding: FundingId,
    payer: AccountKey,
    now: Timestamp,
) -> Result<Option<Result<(), SupportRefusal>>, StorageError> {
    let facts = visibility::find_facts(conn, funding, payer.into())?;
    Ok(facts.map(|facts| judge(facts, payer, now)))
}

fn judge(facts: FundingFacts, payer: AccountKey, now: Timestamp) -> Result<(), SupportRefusal> {
    let facts = SupportFacts {
        own: facts.author == payer,
        closed_by_author: facts.hidden,
        deadline: facts.deadline,
    };
    accepts_support(facts, now)
}

fn attach(
    conn: &mut Conn,
    payment: StoredPayment,
    terms: &SupportTerms,
    cx: StepContext,
) -> Result<(StoredPayment, SupportId), StorageError> {
    let funding = terms.funding;
    let payment = payment.step(conn, Step::Attach(funding), cx)?;
    let (who, amount) = ((funding, payment.payer), payment.rules.amount);
    let id = sql::create(
        conn,
        who,
        payment.id,
        amount.get(),
        terms.message.as_str(),
        cx.now,
    )?;
    sql::note_participation(conn, payment.payer, funding, id)?;
    let event = notifications::SupportEvent {
        funding,
        support: id,
        supporter: payment.payer,
        amount,
    };
    notifications::supported(conn, event, cx.now)?;
    notifications::goal_reached(conn, funding, amount, cx.now)?;
    Ok((payment, id))
}
