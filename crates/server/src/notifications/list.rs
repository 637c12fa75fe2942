//! A member's list of notifications. What the member may no longer see is filtered out at read time.

use std::collections::HashMap;

use funsun_domain::ids::AccountKey;
use funsun_domain::time::Timestamp;

use super::kind::Kind;
use super::sql::{self, ActorRow, NotificationRow};
use crate::db::{Conn, StorageError};
use crate::people::Author;
use crate::visibility;
use web::paging::{Cursor, split_page};

/// Items of one page.
pub const PAGE_ITEMS: i64 = 20;

/// Unread notifications are counted up to this number: it is shown as `99+`.
const UNREAD_MAX: i64 = 100;

/// A notification as its member may read it.
#[derive(Debug)]
pub struct Item {
    /// Its id.
    pub id: i64,
    /// The kind of event.
    pub kind: Kind,
    /// The member who caused it.
    pub actor: Option<Author>,
    /// The funding's id and title, when the member may see it.
    pub funding: Option<(i64, String)>,
    /// The supporter's message, or the author's thanks.
    pub message: Option<String>,
    /// KRW.
    pub amount: Option<i64>,
    /// Why money was refunded: the word of [`funsun_domain::payments::RefundReason`].
    pub reason: Option<String>,
    /// When it happened.
    pub at: Timestamp,
    /// Whether it is unread.
    pub unread: bool,
}

/// A page of notifications.
#[derive(Debug)]
pub struct ItemPage {
    /// Newest first, up to [`PAGE_ITEMS`].
    pub items: Vec<Item>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<Cursor>,
}

/// The notifications of `viewer`, newest first, those before the cursor.
///
/// # Errors
/// When the database fails.
pub fn list(
    conn: &mut Conn,
    viewer: AccountKey,
    before: Option<Cursor>,
) -> Result<ItemPage, StorageError> {
    let before = before.map_or(i64::MAX, |cursor| cursor.first);
    let rows = sql::list(conn, viewer, before, PAGE_ITEMS + 1)?;
    let (rows, next) = split_page(rows, PAGE_ITEMS, |(row, _)| Cursor::one(row.id));
    Ok(ItemPage {
        next,
        items: with_texts(conn, viewer, rows)?,
    })
}

/// One of `viewer`'s notifications.
///
/// # Errors
/// When the database fails.
pub(super) fn find(
    conn: &mut Conn,
    viewer: AccountKey,
    id: i64,
) -> Result<Option<Item>, StorageError> {
    let row = sql::find(conn, viewer, id)?;
    Ok(with_texts(conn, viewer, row.into_iter().collect())?.pop())
}

/// Marks one of `viewer`'s notifications as read and returns it.
///
/// # Errors
/// When the database fails.
pub fn open(
    conn: &mut Conn,
    viewer: AccountKey,
    id: i64,
    now: Timestamp,
) -> Result<Option<Item>, StorageError> {
    sql::mark_read(conn, viewer, id, now)?;
    find(conn, viewer, id)
}

/// How many notifications `viewer` has not read; 100 stands for more than 99.
///
/// # Errors
/// When the database fails.
pub fn unread_count(conn: &mut Conn, viewer: AccountKey) -> Result<i64, StorageError> {
    let unread = sql::count_unread(conn, viewer, UNREAD_MAX)?;
    Ok(i64::try_from(unread).unwrap_or(UNREAD_MAX))
}

/// Marks all of a member's notifications as read.
///
/// # Errors
/// When the database fails.
pub fn mark_all_read(conn: &mut Conn, key: AccountKey, now: Timestamp) -> Result<(), StorageError> {
    sql::mark_all_read(conn, key, now)
}

/// Adds titles and messages that `viewer` may read.
fn with_texts(
    conn: &mut Conn,
    viewer: AccountKey,
    rows: Vec<(NotificationRow, Option<ActorRow>)>,
) -> Result<Vec<Item>, StorageError> {
    let fundings: Vec<i64> = rows.iter().filter_map(|(row, _)| row.funding_id).collect();
    let supports: Vec<i64> = rows.iter().filter_map(|(row, _)| row.support_id).collect();
    let titles: HashMap<i64, String> = visibility::list_titles(conn, &fundings, viewer.into())?;
    let messages: HashMap<i64, (String, Option<String>)> = sql::list_messages(conn, &supports)?
        .into_iter()
        .map(|(id, message, thanks)| (id, (message, thanks)))
        .collect();
    let item = |(row, actor): (NotificationRow, Option<ActorRow>)| {
        let kind = Kind::of(&row)?;
        let texts = row.support_id.and_then(|id| messages.get(&id)).cloned();
        Ok(Item {
            id: row.id,
            kind,
            actor: actor.map(|(kakao_id, username, image)| {
                Author::new(kakao_id, username, image.as_deref())
            }),
            funding: row
                .funding_id
                .and_then(|id| Some((id, titles.get(&id)?.clone()))),
            message: texts.and_then(|(message, thanks)| match kind {
                Kind::Thanked => thanks,
                _ => Some(message).filter(|message| !message.is_empty()),
            }),
            amount: row.amount,
            reason: row.reason,
            at: Timestamp::from_micros(row.created_at),
            unread: row.read_at.is_none(),
        })
    };
    rows.into_iter().map(item).collect()
}
