//! Changing a support's message, and taking a support back.

use funsun_domain::ids::{AccountKey, PaymentId, SupportId};
use funsun_domain::payments::{PaymentState, RefundReason};
use funsun_domain::text::SupportMessage;
use thiserror::Error;

use super::sql;
use crate::db::{Conn, StorageError};
use crate::payments::{self, StepContext, refund};

/// Why a support is not changed.
#[derive(Debug, Error)]
pub enum ChangeRefusal {
    /// The caller has no support with this id.
    #[error("id: you gave no such support")]
    NotAuthor,
    /// It was taken back.
    #[error("id: this support was taken back")]
    TakenBack,
    /// The funding has ended: supports are not taken back any more.
    #[error("id: a support can be taken back until the funding's deadline only")]
    Ended,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Changes the message of a support that `author` gave.
///
/// # Errors
/// [`ChangeRefusal`].
pub fn change_message(
    conn: &mut Conn,
    author: AccountKey,
    id: SupportId,
    message: &SupportMessage,
) -> Result<(), ChangeRefusal> {
    let support = sql::find_own(conn, author, id)?.ok_or(ChangeRefusal::NotAuthor)?;
    if support.taken_back {
        return Err(ChangeRefusal::TakenBack);
    }
    Ok(sql::set_message(conn, id, message.as_str())?)
}

/// Takes back a support that `author` gave, until the funding's deadline: it is removed from the lists and its refund begins. Idempotent.
/// Returns its payment.
///
/// # Errors
/// [`ChangeRefusal`].
pub fn take_back(
    conn: &mut Conn,
    author: AccountKey,
    id: SupportId,
    cx: StepContext,
) -> Result<PaymentId, ChangeRefusal> {
    let support = sql::find_own(conn, author, id)?.ok_or(ChangeRefusal::NotAuthor)?;
    let payment = payments::get(conn, support.payment)?;
    if matches!(
        payment.state(),
        PaymentState::Attached | PaymentState::PartlyRefunded
    ) {
        if support.deadline <= cx.now {
            return Err(ChangeRefusal::Ended);
        }
        refund::start(conn, payment, RefundReason::TakenBack, cx)?;
    }
    Ok(support.payment)
}
