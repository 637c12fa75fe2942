//! Accepting a support: the one place where a payment's money goes into a funding.

use funsun_domain::fundings::{SupportFacts, SupportRefusal, accepts_support};
use funsun_domain::ids::{AccountKey, FundingId, PaymentId, SupportId};
use funsun_domain::money::SupportAmount;
use funsun_domain::payments::{RefundReason, Step};
use funsun_domain::text::SupportMessage;
use funsun_domain::time::Timestamp;
use thiserror::Error;

use super::sql;
use crate::db::{Conn, StorageError};
use crate::notifications;
use crate::payments::refund;
use crate::payments::{self, StepContext, StoredPayment};
use crate::visibility::{self, FundingFacts};

/// A support that a member wants to give with a payment made before.
#[derive(Clone, Debug)]
pub struct NewSupport {
    /// For which funding.
    pub funding: FundingId,
    /// How much was paid.
    pub amount: SupportAmount,
    /// What the supporter says.
    pub message: SupportMessage,
}

/// What became of a support.
pub enum Outcome {
    /// It stands; it may have stood before, when the approval itself created it.
    Accepted(SupportId),
    /// The funding takes none any more; the payment is being given back.
    GivingBack(PaymentId, SupportRefusal),
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
    /// There is no approved payment of exactly this amount that waits for its support.
    #[error("amount: there is no approved payment of exactly this amount; pay first")]
    NotPaid,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Accepts a support for an approved payment of exactly its amount, once per payment. Asked again for a
/// support that the approval itself created, it gives that one.
///
/// # Errors
/// [`AcceptRefusal`].
pub fn accept(
    conn: &mut Conn,
    payer: AccountKey,
    support: &NewSupport,
    cx: StepContext,
) -> Result<Outcome, AcceptRefusal> {
    let facts = visibility::find_facts(conn, support.funding, payer.into())?;
    let verdict = judge(facts.ok_or(AcceptRefusal::NoSuchFunding)?, payer, cx.now);
    if let Err(SupportRefusal::Own) = verdict {
        return Err(AcceptRefusal::NotAccepted(SupportRefusal::Own));
    }
    let amount = support.amount.won();
    let Some(payment) = payments::sql::find_unattached(conn, payer, amount)? else {
        let (funding, message) = (support.funding, support.message.as_str());
        let before = sql::find_wanted(conn, payer, funding, amount.get(), message)?;
        return before.map(Outcome::Accepted).ok_or(AcceptRefusal::NotPaid);
    };
    match verdict {
        Ok(()) => {
            let (funding, message) = (support.funding, support.message.as_str());
            let (_, id) = attach(conn, payment, funding, message, cx)?;
            Ok(Outcome::Accepted(id))
        }
        Err(why) => {
            let reason = RefundReason::FundingClosed;
            let payment = refund::start(conn, payment, reason, cx)?;
            Ok(Outcome::GivingBack(payment.id, why))
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
    let Some(wanted) = payment.wanted.clone() else {
        return Ok(payment);
    };
    let facts = visibility::find_facts(conn, wanted.funding, payment.payer.into())?;
    let accepted = facts.is_some_and(|facts| judge(facts, payment.payer, cx.now).is_ok());
    if !accepted {
        return refund::start(conn, payment, RefundReason::FundingClosed, cx);
    }
    let attached = attach(conn, payment, wanted.funding, &wanted.message, cx)?;
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
    funding: FundingId,
    message: &str,
    cx: StepContext,
) -> Result<(StoredPayment, SupportId), StorageError> {
    let payment = payment.step(conn, Step::Attach(funding), cx)?;
    let (who, amount) = ((funding, payment.payer), payment.rules.amount);
    let id = sql::create(conn, who, payment.id, amount.get(), message, cx.now)?;
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
