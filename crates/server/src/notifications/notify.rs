//! Telling a member: written down once for each event, and planned for the browsers they want woken.

use funsun_domain::ids::{AccountKey, FundingId, SupportId};
use funsun_domain::time::Timestamp;

use super::kind::Kind;
use super::{preferences, push_sql, sql};
use crate::db::{Conn, StorageError};
use crate::jobs::{self, JobKind};

/// Something that happened, as one member is told of it.
#[derive(Clone, Debug)]
pub struct News {
    /// What.
    pub kind: Kind,
    /// Names the event within its kind: the same one is told once.
    pub subject: String,
    /// Who caused it.
    pub actor: Option<AccountKey>,
    /// About which funding.
    pub funding: Option<FundingId>,
    /// About which support.
    pub support: Option<SupportId>,
    /// KRW.
    pub amount: Option<i64>,
    /// Why money went back: the word of [`crate::payments::refund::RefundReason`].
    pub reason: Option<&'static str>,
}

impl News {
    /// An event of this kind and name, about nothing yet.
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

/// Tells `to`, unless they have been told, have left, or do not want to hear of such things. Part of the
/// transaction of the event: three statements by index, one more for each browser.
///
/// # Errors
/// When the database fails.
pub fn tell(
    conn: &mut Conn,
    to: AccountKey,
    news: &News,
    now: Timestamp,
) -> Result<(), StorageError> {
    let Some(muted) = sql::find_muted(conn, to)? else {
        return Ok(());
    };
    if preferences::is_muted(&muted, news.kind) {
        return Ok(());
    }
    let Some(id) = sql::insert(conn, to, news, now)? else {
        return Ok(());
    };
    for subscription in push_sql::list_ids_of(conn, to)? {
        let subject = format!("{id} {subscription}");
        jobs::enqueue(conn, JobKind::Push, &subject, now)?;
    }
    Ok(())
}
