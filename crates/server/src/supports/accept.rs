//! Accepting a support for a payment that was approved before (`POST /remit/`).

use funsun_domain::fundings::SupportRefusal;
use funsun_domain::ids::{AccountKey, PaymentId, SupportId};
use funsun_domain::supports::SupportTerms;
use funsun_domain::time::Timestamp;
use thiserror::Error;

use super::sql;
use crate::db::{Conn, StorageError};
use crate::payments::{self, StepContext, refund};

/// The outcome of a request to accept a support.
pub enum AcceptOutcome {
    /// It exists; the approval itself may have created it earlier.
    Accepted(SupportId),
    /// The funding accepts no more supports; the refund of the payment has begun.
    Refunding(PaymentId, SupportRefusal),
}

/// Why a support is not accepted, with nothing changed.
#[derive(Debug, Error)]
pub enum AcceptRefusal {
    /// No funding with this id is visible to the payer.
    #[error("funding: there is no such funding")]
    NoSuchFunding,
    /// The funding is the payer's own.
    #[error("funding: {0}")]
    NotAccepted(SupportRefusal),
    /// The payer has no approved payment of exactly this amount without a support.
    #[error("amount: there is no approved payment of exactly this amount; pay first")]
    NotPaid,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Accepts a support for an approved payment of exactly its amount, once per payment. If the
/// approval itself has just created the support, returns that one, and takes no other payment.
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
    let check = open.ok_or(AcceptRefusal::NoSuchFunding)?;
    if let Err(SupportRefusal::Own) = check {
        return Err(AcceptRefusal::NotAccepted(SupportRefusal::Own));
    }
    // As long as a payment may be unattached: later the member means another support on the same terms.
    let just_now = cx.unattached_since();
    if let Some(created) = sql::find_created_by_approval(conn, payer, terms, just_now)? {
        return Ok(AcceptOutcome::Accepted(created));
    }
    let Some(payment) = payments::find_unattached(conn, payer, terms.amount.won())? else {
        let created = sql::find_created_by_approval(conn, payer, terms, Timestamp::from_micros(0))?;
        let accepted = created.map(AcceptOutcome::Accepted);
        return accepted.ok_or(AcceptRefusal::NotPaid);
    };
    let check = payments::check_attachable(conn, terms.funding, &payment, cx)?;
    match check.ok_or(AcceptRefusal::NoSuchFunding)? {
        Ok(()) => {
            let support = payments::attach(conn, payment, terms, cx)?;
            Ok(AcceptOutcome::Accepted(support))
        }
        Err(why) => {
            let reason = payments::refund_reason(Some(why));
            let payment = refund::start(conn, payment, reason, cx)?;
            Ok(AcceptOutcome::Refunding(payment.id, why))
        }
    }
}
