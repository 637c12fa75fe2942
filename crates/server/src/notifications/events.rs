//! The events of which members are notified. Each function runs in the transaction of its event and takes
//! microseconds; notifying more than one member is left to a job.

use funsun_domain::ids::{AccountKey, FundingId, PaymentId, SupportId};
use funsun_domain::money::Won;
use funsun_domain::payments::RefundReason;
use funsun_domain::time::Timestamp;

use super::fan_out::{self, Occasion};
use super::kind::Kind;
use super::notify::{NewNotification, notify};
use super::sql;
use crate::db::{Conn, StorageError};

/// Seconds before the deadline at which members are notified that a funding ends soon.
const ENDING_SOON_SECONDS: i64 = 86_400;

/// A funding was opened: notifications of its ending are planned, a day before (unless it runs for less) and at
/// its deadline, which never moves.
///
/// # Errors
/// When the database fails.
pub fn funding_opened(
    conn: &mut Conn,
    funding: FundingId,
    deadline: Timestamp,
    now: Timestamp,
) -> Result<(), StorageError> {
    let soon = deadline.plus_seconds(-ENDING_SOON_SECONDS);
    if soon > now {
        fan_out::plan(conn, Occasion::EndingSoon, funding, soon)?;
    }
    fan_out::plan(conn, Occasion::Ended, funding, deadline)
}

/// A support was given.
#[derive(Clone, Copy, Debug)]
pub struct SupportEvent {
    /// The funding.
    pub funding: FundingId,
    /// The support.
    pub support: SupportId,
    /// The supporter.
    pub supporter: AccountKey,
    /// The amount.
    pub amount: Won,
}

/// A support was given: the author is notified.
///
/// # Errors
/// When the database fails.
pub fn supported(conn: &mut Conn, event: SupportEvent, now: Timestamp) -> Result<(), StorageError> {
    let Some(funding) = sql::find_funding(conn, event.funding)? else {
        return Ok(());
    };
    let notification = NewNotification {
        actor: Some(event.supporter),
        funding: Some(event.funding),
        support: Some(event.support),
        amount: Some(event.amount.get()),
        ..NewNotification::new(Kind::Supported, &event.support)
    };
    notify(conn, funding.author, &notification, now)
}

/// `amount` came into a funding: its author is notified if that took it to its goal, the first time.
///
/// # Errors
/// When the database fails.
pub fn goal_reached(
    conn: &mut Conn,
    funding: FundingId,
    amount: Won,
    now: Timestamp,
) -> Result<(), StorageError> {
    let Some(found) = sql::find_funding(conn, funding)? else {
        return Ok(());
    };
    if found.collected < found.goal || found.collected - amount.get() >= found.goal {
        return Ok(());
    }
    let notification = NewNotification {
        funding: Some(funding),
        amount: Some(found.collected),
        ..NewNotification::new(Kind::GoalReached, &funding)
    };
    notify(conn, found.author, &notification, now)
}

/// A refund is complete.
#[derive(Clone, Copy, Debug)]
pub struct RefundEvent {
    /// The payment.
    pub payment: PaymentId,
    /// The payer.
    pub payer: AccountKey,
    /// The funding that held the money.
    pub funding: Option<FundingId>,
    /// The amount.
    pub amount: Won,
    /// The amount of the payment refunded before: distinguishes several refunds of one payment.
    pub refunded_before: Won,
    /// The reason.
    pub reason: Option<RefundReason>,
}

/// A refund is complete: the payer is notified.
///
/// # Errors
/// When the database fails.
pub fn refunded(conn: &mut Conn, event: RefundEvent, now: Timestamp) -> Result<(), StorageError> {
    let subject = format!("{} {}", event.payment, event.refunded_before.get());
    let notification = NewNotification {
        funding: event.funding,
        amount: Some(event.amount.get()),
        reason: event.reason.map(RefundReason::as_str),
        ..NewNotification::new(Kind::Refunded, &subject)
    };
    notify(conn, event.payer, &notification, now)
}

/// The author of a funding has written the review: its supporters are notified.
///
/// # Errors
/// When the database fails.
pub fn reviewed(conn: &mut Conn, funding: FundingId, now: Timestamp) -> Result<(), StorageError> {
    fan_out::plan(conn, Occasion::Reviewed, funding, now)
}

/// `follower` follows `followee`, who is notified; once, even if the follow ends and begins again.
///
/// # Errors
/// When the database fails.
pub fn followed(
    conn: &mut Conn,
    follower: AccountKey,
    followee: AccountKey,
    now: Timestamp,
) -> Result<(), StorageError> {
    let notification = NewNotification {
        actor: Some(follower),
        ..NewNotification::new(Kind::Followed, &follower)
    };
    notify(conn, followee, &notification, now)
}

/// The author of a funding has thanked for a support.
#[derive(Clone, Copy, Debug)]
pub struct ThanksEvent {
    /// The funding.
    pub funding: FundingId,
    /// The support.
    pub support: SupportId,
    /// The member who thanks.
    pub author: AccountKey,
    /// The member who is thanked.
    pub supporter: AccountKey,
}

/// The author of a funding has thanked for a support: the supporter is notified.
///
/// # Errors
/// When the database fails.
pub fn thanked(conn: &mut Conn, event: ThanksEvent, now: Timestamp) -> Result<(), StorageError> {
    let notification = NewNotification {
        actor: Some(event.author),
        funding: Some(event.funding),
        support: Some(event.support),
        ..NewNotification::new(Kind::Thanked, &event.support)
    };
    notify(conn, event.supporter, &notification, now)
}
