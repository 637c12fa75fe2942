//! Statements about notifications and preferences.

use diesel::dsl::{Eq, auto_type, exists};
use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, FundingId, SupportId};
use funsun_domain::time::Timestamp;

use super::kind::Kind;
use super::notify::NewNotification;
use crate::db::schema::{accounts, follows, fundings, notifications, preferences, supports};
use crate::db::{Conn, StorageError, dialect};
use crate::visibility::{Viewer, is_visible_to};

/// A notification as it is stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = notifications)]
pub struct NotificationRow {
    pub id: i64,
    pub kind: String,
    pub funding_id: Option<i64>,
    pub support_id: Option<i64>,
    pub amount: Option<i64>,
    pub reason: Option<String>,
    pub created_at: i64,
    pub read_at: Option<i64>,
}

/// The member who caused it: Kakao id, name, picture.
pub type ActorRow = (Option<i64>, String, Option<String>);

/// Whether `viewer` may see the funding of the row, if it has one, and its support, if it has one, was not taken
/// back. A refund is always readable.
#[auto_type]
fn is_readable_by(viewer: Viewer) -> _ {
    let refunded: Eq<notifications::kind, &'static str> =
        notifications::kind.eq(Kind::Refunded.as_str());
    let about_none = notifications::funding_id.is_null();
    let visible: is_visible_to = is_visible_to(viewer);
    let seen = exists(
        fundings::table
            .filter(fundings::id.nullable().eq(notifications::funding_id))
            .filter(visible),
    );
    let no_support = notifications::support_id.is_null();
    let stands = exists(
        supports::table
            .filter(supports::id.nullable().eq(notifications::support_id))
            .filter(supports::taken_back_at.is_null()),
    );
    refunded.or(about_none.or(seen).and(no_support.or(stands)))
}

/// Stores a notification; `None` when the member has been notified before.
pub fn insert(
    conn: &mut Conn,
    to: AccountKey,
    new: &NewNotification,
    now: Timestamp,
) -> Result<Option<i64>, StorageError> {
    let inserted = diesel::insert_into(notifications::table)
        .values((
            notifications::account_id.eq(to.get()),
            notifications::kind.eq(new.kind.as_str()),
            notifications::subject.eq(&new.subject),
            notifications::actor_id.eq(new.actor.map(AccountKey::get)),
            notifications::funding_id.eq(new.funding.map(FundingId::get)),
            notifications::support_id.eq(new.support.map(SupportId::get)),
            notifications::amount.eq(new.amount),
            notifications::reason.eq(new.reason),
            notifications::created_at.eq(now.micros()),
        ))
        .execute(conn);
    match dialect::unless_duplicate(inserted)? {
        Some(_) => Ok(Some(dialect::last_insert_id(conn)?)),
        None => Ok(None),
    }
}

/// The kinds that a member has muted; `None` when the member has left.
pub fn find_muted(conn: &mut Conn, key: AccountKey) -> Result<Option<String>, StorageError> {
    let muted: Option<Option<String>> = accounts::table
        .left_join(preferences::table.on(preferences::account_id.eq(accounts::id)))
        .filter(accounts::id.eq(key.get()))
        .filter(accounts::kakao_id.is_not_null())
        .select(preferences::muted.nullable())
        .first(conn)
        .optional()?;
    Ok(muted.map(Option::unwrap_or_default))
}

/// The notifications that `viewer` may read with an id below `before`, newest first.
pub fn list(
    conn: &mut Conn,
    viewer: AccountKey,
    before: i64,
    limit: i64,
) -> Result<Vec<(NotificationRow, Option<ActorRow>)>, StorageError> {
    let actor = accounts::id.nullable().eq(notifications::actor_id);
    Ok(notifications::table
        .left_join(accounts::table.on(actor))
        .filter(notifications::account_id.eq(viewer.get()))
        .filter(notifications::id.lt(before))
        .filter(is_readable_by(viewer.into()))
        .order(notifications::id.desc())
        .select((
            NotificationRow::as_select(),
            (accounts::kakao_id, accounts::username, accounts::image).nullable(),
        ))
        .limit(limit)
        .load(conn)?)
}

/// One of `viewer`'s notifications, unless it may not be read.
pub fn find(
    conn: &mut Conn,
    viewer: AccountKey,
    id: i64,
) -> Result<Option<(NotificationRow, Option<ActorRow>)>, StorageError> {
    let actor = accounts::id.nullable().eq(notifications::actor_id);
    Ok(notifications::table
        .left_join(accounts::table.on(actor))
        .filter(notifications::id.eq(id))
        .filter(notifications::account_id.eq(viewer.get()))
        .filter(is_readable_by(viewer.into()))
        .select((
            NotificationRow::as_select(),
            (accounts::kakao_id, accounts::username, accounts::image).nullable(),
        ))
        .first(conn)
        .optional()?)
}

/// The messages and thanks of those of these supports that were not taken back. A former member's are removed soon.
pub fn list_messages(
    conn: &mut Conn,
    ids: &[i64],
) -> Result<Vec<(i64, String, Option<String>)>, StorageError> {
    Ok(supports::table
        .inner_join(accounts::table)
        .filter(supports::id.eq_any(ids))
        .filter(supports::taken_back_at.is_null())
        .filter(accounts::kakao_id.is_not_null())
        .select((supports::id, supports::message, supports::thanks))
        .load(conn)?)
}

/// How many notifications `viewer` has not read, counted up to `most`.
pub fn count_unread(conn: &mut Conn, viewer: AccountKey, most: i64) -> Result<usize, StorageError> {
    let ids: Vec<i64> = notifications::table
        .filter(notifications::account_id.eq(viewer.get()))
        .filter(notifications::read_at.is_null())
        .filter(is_readable_by(viewer.into()))
        .select(notifications::id)
        .limit(most)
        .load(conn)?;
    Ok(ids.len())
}

/// Marks one of a member's notifications as read.
pub fn mark_read(
    conn: &mut Conn,
    key: AccountKey,
    id: i64,
    now: Timestamp,
) -> Result<(), StorageError> {
    let unread = notifications::table
        .filter(notifications::id.eq(id))
        .filter(notifications::account_id.eq(key.get()))
        .filter(notifications::read_at.is_null());
    diesel::update(unread)
        .set(notifications::read_at.eq(now.micros()))
        .execute(conn)?;
    Ok(())
}

/// Marks all of a member's notifications as read.
pub fn mark_all_read(conn: &mut Conn, key: AccountKey, now: Timestamp) -> Result<(), StorageError> {
    let unread = notifications::table
        .filter(notifications::account_id.eq(key.get()))
        .filter(notifications::read_at.is_null());
    diesel::update(unread)
        .set(notifications::read_at.eq(now.micros()))
        .execute(conn)?;
    Ok(())
}

/// A member's preferences as stored.
#[derive(Clone, Debug, Queryable)]
pub struct PreferencesRow {
    pub language: String,
    pub theme: String,
    /// Kinds, separated by commas.
    pub muted: String,
}

/// A member's preferences.
pub fn find_preferences(
    conn: &mut Conn,
    key: AccountKey,
) -> Result<Option<PreferencesRow>, StorageError> {
    Ok(preferences::table
        .find(key.get())
        .select((
            preferences::language,
            preferences::theme,
            preferences::muted,
        ))
        .first(conn)
        .optional()?)
}

/// Stores a member's preferences.
pub fn save_preferences(
    conn: &mut Conn,
    key: AccountKey,
    row: &PreferencesRow,
) -> Result<(), StorageError> {
    diesel::delete(preferences::table.find(key.get())).execute(conn)?;
    diesel::insert_into(preferences::table)
        .values((
            preferences::account_id.eq(key.get()),
            preferences::language.eq(&row.language),
            preferences::theme.eq(&row.theme),
            preferences::muted.eq(&row.muted),
        ))
        .execute(conn)?;
    Ok(())
}

/// The columns of a funding that notifications use.
#[derive(Clone, Copy, Debug)]
pub struct FundingRow {
    pub author: AccountKey,
    /// KRW.
    pub goal: i64,
    /// KRW.
    pub collected: i64,
    pub deadline: Timestamp,
}

/// A funding, regardless of its visibility.
pub fn find_funding(conn: &mut Conn, id: FundingId) -> Result<Option<FundingRow>, StorageError> {
    let row: Option<(i64, i64, i64, i64)> = fundings::table
        .find(id.get())
        .select((
            fundings::author_id,
            fundings::goal_amount,
            fundings::collected_amount,
            fundings::deadline_at,
        ))
        .first(conn)
        .optional()?;
    row.map(|(author, goal, collected, deadline)| {
        Ok(FundingRow {
            author: AccountKey::new(author).map_err(StorageError::corrupt)?,
            goal,
            collected,
            deadline: Timestamp::from_micros(deadline),
        })
    })
    .transpose()
}

/// Members with a key above `after` whose support of this funding was not taken back.
pub fn list_supporters(
    conn: &mut Conn,
    funding: FundingId,
    after: i64,
    limit: i64,
) -> Result<Vec<i64>, StorageError> {
    Ok(supports::table
        .filter(supports::funding_id.eq(funding.get()))
        .filter(supports::taken_back_at.is_null())
        .filter(supports::author_id.gt(after))
        .order(supports::author_id)
        .select(supports::author_id)
        .distinct()
        .limit(limit)
        .load(conn)?)
}

/// Members with a key above `after` and one of these birthdays (`MMDD`).
pub fn list_born_on(
    conn: &mut Conn,
    days: &[String],
    after: i64,
    limit: i64,
) -> Result<Vec<i64>, StorageError> {
    Ok(accounts::table
        .filter(accounts::birthday.eq_any(days))
        .filter(accounts::kakao_id.is_not_null())
        .filter(accounts::suspended_at.is_null())
        .filter(accounts::id.gt(after))
        .order(accounts::id)
        .select(accounts::id)
        .limit(limit)
        .load(conn)?)
}

/// The friends of a member, who may see the birthday.
pub fn list_friends(conn: &mut Conn, key: AccountKey) -> Result<Vec<i64>, StorageError> {
    Ok(follows::table
        .filter(follows::follower_id.eq(key.get()))
        .filter(follows::is_mutual)
        .select(follows::followee_id)
        .load(conn)?)
}
