//! Accepting a support for a payment that was approved before (`POST /remit/`).

use funsun_domain::fundings::SupportRefusal;
use funsun_domain::ids::{AccountKey, PaymentId, SupportId};
use funsun_domain::payments::RefundReason;
use funsun_domain::supports::SupportTerms;
use thiserror::Error;

use super::sql;
use crate::db::{Conn, StorageError};
use crate::payments::{self, StepContext, refund};

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
    let open = payments::check_open(conn, terms.funding, payer, cx.now)?;
    let verdict = open.ok_or(AcceptRefusal::NoSuchFunding)?;
    if let Err(SupportRefusal::Own) = verdict {
        return Err(AcceptRefusal::NotAccepted(SupportRefusal::Own));
    }
    let Some(payment) = payments::find_unattached(conn, payer, terms.amount.won())? else {
        let created = sql::find_created_by_approval(conn, payer, terms)?;
        let accepted = created.map(AcceptOutcome::Accepted);
        return accepted.ok_or(AcceptRefusal::NotPaid);
    };
    match verdict {
        Ok(()) => {
            let support = payments::attach(conn, payment, terms, cx)?;
            Ok(AcceptOutcome::Accepted(support))
        }
        Err(why) => {
            let payment = refund::start(conn, payment, RefundReason::FundingClosed, cx)?;
            Ok(AcceptOutcome::Refunding(payment.id, why))
        }
    }
}
