//! The most that a public funding may collect, money in flight included. Friends-only fundings have no such cap.

use funsun_domain::fundings::SupportRefusal;
use funsun_domain::ids::{AccountKey, FundingId};
use funsun_domain::money::Won;
use funsun_domain::supports::SupportTerms;

use super::cap_sql::{self, Collected};
use super::context::StepContext;
use super::stored::StoredPayment;
use crate::db::{Conn, StorageError};
use crate::visibility::FundingFacts;

/// How much more the funding may collect from `payer` beyond what is in flight, in won; `None` without a cap.
///
/// # Errors
/// When the database fails.
pub fn room(
    conn: &mut Conn,
    funding: FundingId,
    payer: Option<AccountKey>,
    cx: StepContext,
) -> Result<Option<i64>, StorageError> {
    let collected = cap_sql::find_collected(conn, funding)?;
    let Some(Collected { won, .. }) = collected.filter(|found| found.public) else {
        return Ok(None);
    };
    let in_flight = cap_sql::sum_in_flight(conn, funding, payer)?;
    Ok(Some((cx.public_cap - won - in_flight).max(0)))
}

/// Whether a payment on these terms may be prepared.
pub(super) fn check_new(
    conn: &mut Conn,
    terms: &SupportTerms,
    payer: AccountKey,
    facts: FundingFacts,
    cx: StepContext,
) -> Result<Result<(), SupportRefusal>, StorageError> {
    if !facts.public {
        return Ok(Ok(()));
    }
    let in_flight = cap_sql::sum_in_flight(conn, terms.funding, Some(payer))?;
    let room = cx.public_cap - facts.collected - in_flight;
    Ok(check(room, terms.amount.won()))
}

/// Whether this payment may be attached. One that was prepared for the funding is among those in flight: its place is
/// reserved, unless the cap, or what counts, has changed since.
pub(super) fn check_payment(
    conn: &mut Conn,
    funding: FundingId,
    facts: FundingFacts,
    payment: &StoredPayment,
    cx: StepContext,
) -> Result<Result<(), SupportRefusal>, StorageError> {
    if !facts.public {
        return Ok(Ok(()));
    }
    let reserved = payment.funding() == Some(funding);
    let in_flight = if reserved {
        0
    } else {
        cap_sql::sum_in_flight(conn, funding, Some(payment.payer))?
    };
    let room = cx.public_cap - facts.collected - in_flight;
    Ok(check(room, payment.rules.amount))
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
    Ok(public || won + cap_sql::sum_in_flight(conn, funding, None)? <= cx.public_cap)
}

fn check(room: i64, amount: Won) -> Result<(), SupportRefusal> {
    if amount.get() > room {
        return Err(SupportRefusal::Full(room.max(0)));
    }
    Ok(())
}
