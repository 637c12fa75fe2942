//! Notifying a member: stored once per event, and enqueued as a push message for each subscribed browser.

use funsun_domain::ids::{AccountKey, FundingId, SupportId};
use funsun_domain::time::Timestamp;

use super::kind::Kind;
use super::push::PushMessage;
use super::{preferences, push_sql, sql};
use crate::db::{Conn, StorageError};
use crate::jobs;

/// A notification to store.
#[derive(Clone, Debug)]
pub struct NewNotification {
    /// The kind of event.
    pub kind: Kind,
    /// Identifies the event within its kind, for deduplication: a member is notified of it once.
    pub subject: String,
    /// The member who caused it.
    pub actor: Option<AccountKey>,
    /// The funding.
    pub funding: Option<FundingId>,
    /// The support.
    pub support: Option<SupportId>,
    /// KRW.
    pub amount: Option<i64>,
    /// Why money was refunded: the word of [`funsun_domain::payments::RefundReason`].
    pub reason: Option<&'static str>,
}

impl NewNotification {
    /// A notification of this kind and subject, with all other fields empty.
    pub fn new(kind: Kind, subject: &dyn ToString) -> Self {
        Self {
            kind,
            subject: subject.to_string(),
            actor: None,
            funding: None,
            support: None,
            amount: None,
            reason: None,
        }
    }
}

/// Notifies `to`, unless that member has been notified before, has left, or has muted the kind. Part of the
/// transaction of the event: three indexed statements, and one more for each browser.
///
/// # Errors
/// When the database fails.
pub fn notify(
    conn: &mut Conn,
    to: AccountKey,
    notification: &NewNotification,
    now: Timestamp,
) -> Result<(), StorageError> {
    let Some(muted) = sql::find_muted(conn, to)? else {
        return Ok(());
    };
    if preferences::is_muted(&muted, notification.kind) {
        return Ok(());
    }
    let Some(id) = sql::insert(conn, to, notification, now)? else {
        return Ok(());
    };
    for subscription in push_sql::list_ids_of(conn, to)? {
        let push = PushMessage {
            notification: id,
            subscription,
        };
        jobs::enqueue(conn, &push, now)?;
    }
    Ok(())
}
