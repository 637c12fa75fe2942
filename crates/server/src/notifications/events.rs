//! What happened, and whom it is told. Each is called in the transaction of the event and takes microseconds;
//! what concerns more than one member is left to a job.

use funsun_domain::ids::{AccountKey, FundingId, PaymentId, SupportId};
use funsun_domain::time::Timestamp;

use super::fan_out::{self, Occasion};
use super::kind::Kind;
use super::notify::{News, tell};
use super::sql;
use crate::db::{Conn, StorageError};
use crate::payments::refund::RefundReason;

/// Seconds before the deadline at which an ending is told.
const ENDING_SOON_SECONDS: i64 = 86_400;

/// A funding was opened: its ending will be told, a day before (unless it runs for less) and when it has come.
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

/// `giver` supported a funding with `amount` won.
///
/// # Errors
/// When the database fails.
pub fn supported(
    conn: &mut Conn,
    giver: AccountKey,
    (funding, support): (FundingId, SupportId),
    amount: i64,
    now: Timestamp,
) -> Result<(), StorageError> {
    let Some((author, _)) = sql::find_author(conn, funding.get())? else {
        return Ok(());
    };
    let author = AccountKey::new(author).map_err(StorageError::corrupt)?;
    let news = News {
        actor: Some(giver),
        funding: Some(funding),
        support: Some(support),
        amount: Some(amount),
        ..News::new(Kind::Supported, &support)
    };
    tell(conn, author, &news, now)
}

/// `amount` won came into a funding: its author is told when that took it to its goal, the first time.
///
/// # Errors
/// When the database fails.
pub fn goal_may_be_reached(
    conn: &mut Conn,
    funding: FundingId,
    amount: i64,
    now: Timestamp,
) -> Result<(), StorageError> {
    let Some((author, goal, collected)) = sql::find_progress(conn, funding.get())? else {
        return Ok(());
    };
    if collected < goal || collected - amount >= goal {
        return Ok(());
    }
    let author = AccountKey::new(author).map_err(StorageError::corrupt)?;
    let news = News {
        funding: Some(funding),
        amount: Some(collected),
        ..News::new(Kind::GoalReached, &funding)
    };
    tell(conn, author, &news, now)
}

/// `amount` won of a payment are back with its payer.
///
/// # Errors
/// When the database fails.
pub fn refunded(
    conn: &mut Conn,
    payer: AccountKey,
    (payment, funding): (PaymentId, Option<FundingId>),
    (amount, before): (i64, i64),
    reason: Option<RefundReason>,
    now: Timestamp,
) -> Result<(), StorageError> {
    let news = News {
        funding,
        amount: Some(amount),
        reason: reason.map(RefundReason::as_str),
        // What was given back before tells several refunds of one payment apart.
        ..News::new(Kind::Refunded, &format!("{payment} {before}"))
    };
    tell(conn, payer, &news, now)
}

/// The author of a funding has written their thank-you.
///
/// # Errors
/// When the database fails.
pub fn reviewed(conn: &mut Conn, funding: FundingId, now: Timestamp) -> Result<(), StorageError> {
    fan_out::plan(conn, Occasion::Reviewed, funding, now)
}

/// `follower` follows `followee`; told once, also when they stop and begin again.
///
/// # Errors
/// When the database fails.
pub fn followed(
    conn: &mut Conn,
    follower: AccountKey,
    followee: AccountKey,
    now: Timestamp,
) -> Result<(), StorageError> {
    let news = News {
        actor: Some(follower),
        ..News::new(Kind::Followed, &follower)
    };
    tell(conn, followee, &news, now)
}

/// `author` has thanked `giver` for a support of their funding.
///
/// # Errors
/// When the database fails.
pub fn thanked(
    conn: &mut Conn,
    (author, giver): (AccountKey, AccountKey),
    (funding, support): (FundingId, SupportId),
    now: Timestamp,
) -> Result<(), StorageError> {
    let news = News {
        actor: Some(author),
        funding: Some(funding),
        support: Some(support),
        ..News::new(Kind::Thanked, &support)
    };
    tell(conn, giver, &news, now)
}
