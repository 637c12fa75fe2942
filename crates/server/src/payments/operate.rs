//! What an operator can do with a payment that needs a person.

use funsun_domain::ids::OrderRef;
use funsun_domain::payments::{RefundState, Step};
use funsun_domain::time::Timestamp;
use thiserror::Error;

use super::context::StepContext;
use super::hasten::hasten;
use super::stored::StoredPayment;
use super::sweep_now::Sweep;
use super::{list_sql, refund, reviews, sql};
use crate::db::{Conn, StorageError};

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Ask the provider again: look the payment up, or request the refund once more.
    Retry,
    /// The refund was paid from our bank account.
    PaidByBank,
    /// Nothing was captured.
    NotCaptured,
    /// Leave everything as it is.
    Keep,
}

/// Why nothing is done.
#[derive(Debug, Error)]
pub enum ResolveRefusal {
    /// No payment has this order reference.
    #[error("there is no such payment")]
    NoSuchPayment,
    /// No refund of it is open.
    #[error("no refund of this payment is open")]
    NoOpenRefund,
    /// Another request is asking the provider about the refund.
    #[error("the refund is being made right now: try again in a moment")]
    Busy,
    /// Its charge is recorded, or it is closed already.
    #[error("only a payment whose outcome is unclear can be closed as not captured")]
    NotUnclear,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Everything about a payment, for an operator.
pub struct Dossier {
    /// Names and values.
    pub facts: Vec<(&'static str, String)>,
    /// A line for each refund and each event in its history.
    pub refunds: Vec<String>,
}

/// Does what an operator has decided, and closes the open reviews of the payment; returns how many there were.
///
/// # Errors
/// [`ResolveRefusal`].
pub fn resolve(
    conn: &mut Conn,
    order: &OrderRef,
    how: Resolution,
    note: &str,
    cx: StepContext,
) -> Result<usize, ResolveRefusal> {
    let payment = sql::find_by_order(conn, order)?.ok_or(ResolveRefusal::NoSuchPayment)?;
    let id = payment.id;
    let word = match how {
        Resolution::Retry => {
            retry(conn, &payment, cx)?;
            "retry"
        }
        Resolution::PaidByBank => {
            let open = refund::find_open(conn, id)?.ok_or(ResolveRefusal::NoOpenRefund)?;
            if cx.is_leased(open.lease_until) {
                return Err(ResolveRefusal::Busy);
            }
            refund::finish_by_bank(conn, &open, cx)?;
            "paid_by_bank"
        }
        Resolution::NotCaptured => {
            if !payment.state().is_open() || cx.is_leased(payment.lease_until) {
                return Err(ResolveRefusal::NotUnclear);
            }
            payment.step(conn, Step::Fail, cx)?;
            "not_captured"
        }
        Resolution::Keep => "keep",
    };
    let resolution = format!("{word} {note}");
    Ok(reviews::resolve(conn, id, resolution.trim(), cx.now)?)
}

fn retry(conn: &mut Conn, payment: &StoredPayment, cx: StepContext) -> Result<(), StorageError> {
    match refund::find_open(conn, payment.id)? {
        Some(parked) if parked.state == RefundState::Parked => refund::restart(conn, &parked, cx),
        _ => hasten(conn, payment, cx.now),
    }
}

/// Since how many seconds the longest due item of each sweep is due; `None` when nothing is.
///
/// # Errors
/// When the database fails.
pub fn backlog(conn: &mut Conn, now: Timestamp) -> Result<Vec<(Sweep, Option<i64>)>, StorageError> {
    let mut ages = Vec::new();
    for sweep in Sweep::ALL {
        let oldest = match sweep {
            Sweep::Refunds => refund::oldest_due(conn)?,
            Sweep::Payments(lane) => list_sql::oldest_due(conn, lane)?,
        };
        let age = oldest.map(|due| now.seconds() - due.seconds());
        ages.push((sweep, age.filter(|seconds| *seconds > 0)));
    }
    Ok(ages)
}

/// Everything about the payment of an order.
///
/// # Errors
/// When the database fails.
pub fn find_dossier(conn: &mut Conn, order: &OrderRef) -> Result<Option<Dossier>, StorageError> {
    let Some(payment) = sql::find_by_order(conn, order)? else {
        return Ok(None);
    };
    let text = |text: Option<&str>| text.unwrap_or("-").to_owned();
    let until = payment.refundable_until.map(Timestamp::to_seoul);
    let facts = vec![
        ("payment", payment.id.to_string()),
        ("state", payment.state().as_str().to_owned()),
        ("amount", payment.rules.amount.to_string()),
        ("refunded", payment.rules.refunded.to_string()),
        ("being refunded", payment.rules.refunding.to_string()),
        ("account", payment.merchant().to_string()),
        ("provider's id", text(payment.reference.as_deref())),
        ("method", text(payment.method.as_deref())),
        (
            "funding",
            payment
                .funding()
                .map_or("-".to_owned(), |id| id.to_string()),
        ),
        ("created", payment.created_at.to_seoul()),
        ("refundable until", text(until.as_deref())),
        ("note", text(sql::find_note(conn, payment.id)?.as_deref())),
    ];
    let mut refunds = Vec::new();
    for refund in refund::list_of(conn, payment.id)? {
        let (id, amount, reason) = (refund.id, refund.amount, &refund.reason);
        refunds.push(format!(
            "refund {id}: {amount}, {reason}, {}",
            refund.state.as_str()
        ));
        for event in refund::list_events(conn, refund.id)? {
            let note = event.note.unwrap_or_default();
            refunds.push(format!(
                "  {}  {}  {note}",
                event.at.to_seoul(),
                event.state
            ));
        }
    }
    Ok(Some(Dossier { facts, refunds }))
}
