//! The most that a public funding may collect, money in flight included. Friends-only fundings have no such cap.

use funsun_domain::fundings::SupportRefusal;
use funsun_domain::ids::FundingId;
use funsun_domain::money::SupportAmount;

use super::cap_sql::{self, Collected};
use super::context::StepContext;
use super::stored::StoredPayment;
use crate::db::{Conn, StorageError};

/// How much more the funding may collect beyond what is in flight, in won; `None` without a cap.
///
/// # Errors
/// When the database fails.
pub fn room(
    conn: &mut Conn,
    funding: FundingId,
    cx: StepContext,
) -> Result<Option<i64>, StorageError> {
    let collected = cap_sql::find_collected(conn, funding)?;
    let Some(Collected { won, .. }) = collected.filter(|found| found.public) else {
        return Ok(None);
    };
    let in_flight = cap_sql::sum_in_flight(conn, funding)?;
    Ok(Some((cx.public_cap - won - in_flight).max(0)))
}

/// Whether a payment of this amount may be prepared.
///
/// # Errors
/// When the database fails.
pub fn check_new(
    conn: &mut Conn,
    funding: FundingId,
    amount: SupportAmount,
    cx: StepContext,
) -> Result<Result<(), SupportRefusal>, StorageError> {
    let room = room(conn, funding, cx)?;
    Ok(check(room, amount.won().get()))
}

/// Whether this payment may be attached. One that was prepared for the funding is among those in flight: its place is
/// reserved, unless the cap, or what counts, has changed since.
pub(super) fn check_payment(
    conn: &mut Conn,
    funding: FundingId,
    payment: &StoredPayment,
    cx: StepContext,
) -> Result<Result<(), SupportRefusal>, StorageError> {
    let reserved = payment.funding() == Some(funding);
    let room = if reserved {
        let collected = cap_sql::find_collected(conn, funding)?;
        collected
            .filter(|found| found.public)
            .map(|found| (cx.public_cap - found.won).max(0))
    } else {
        room(conn, funding, cx)?
    };
    Ok(check(room, payment.rules.amount.get()))
}

/// Whether the funding is public, or may become so with what it has collected.
///
/// # Errors
/// When the database fails.
pub fn may_be_public(
    conn: &mut Conn,
    funding: FundingId,
    cx: StepContext,
) -> Result<bool, StorageError> {
    let Some(Collected { public, won }) = cap_sql::find_collected(conn, funding)? else {
        return Ok(false);
    };
    Ok(public || won + cap_sql::sum_in_flight(conn, funding)? <= cx.public_cap)
}

fn check(room: Option<i64>, amount: i64) -> Result<(), SupportRefusal> {
    match room {
        Some(room) if amount > room => Err(SupportRefusal::Full(room)),
        _ => Ok(()),
    }
}
