//! Statements about push subscriptions.

use diesel::prelude::*;
use funsun_domain::ids::AccountKey;
use funsun_domain::time::Timestamp;

use super::push_api::NewSubscription;
use crate::db::schema::push_subscriptions;
use crate::db::{Conn, StorageError};
use crate::identity::Member;

/// Most subscriptions of one member; the oldest beyond them are removed.
const SUBSCRIPTIONS_MAX: i64 = 10;

/// A subscribed browser.
#[derive(Clone, Queryable, Selectable)]
#[diesel(table_name = push_subscriptions)]
pub struct SubscriptionRow {
    pub account_id: i64,
    pub session_id: Option<i64>,
    pub endpoint: String,
    pub p256dh: String,
    pub auth: String,
    pub failures: i64,
}

/// The ids of a member's subscriptions, newest first.
pub fn list_ids_of(conn: &mut Conn, key: AccountKey) -> Result<Vec<i64>, StorageError> {
    Ok(push_subscriptions::table
        .filter(push_subscriptions::account_id.eq(key.get()))
        .order(push_subscriptions::id.desc())
        .select(push_subscriptions::id)
        .load(conn)?)
}

/// The subscription with this id.
pub fn find(conn: &mut Conn, id: i64) -> Result<Option<SubscriptionRow>, StorageError> {
    Ok(push_subscriptions::table
        .find(id)
        .select(SubscriptionRow::as_select())
        .first(conn)
        .optional()?)
}

/// Stores a subscription; it replaces an earlier one with this endpoint, even of another member.
pub fn insert(
    conn: &mut Conn,
    member: Member,
    new: &NewSubscription,
    now: Timestamp,
) -> Result<(), StorageError> {
    let same = push_subscriptions::table.filter(push_subscriptions::endpoint.eq(&new.endpoint));
    diesel::delete(same).execute(conn)?;
    diesel::insert_into(push_subscriptions::table)
        .values((
            push_subscriptions::account_id.eq(member.key.get()),
            push_subscriptions::session_id.eq(member.session.get()),
            push_subscriptions::endpoint.eq(&new.endpoint),
            push_subscriptions::p256dh.eq(&new.p256dh),
            push_subscriptions::auth.eq(&new.auth),
            push_subscriptions::created_at.eq(now.micros()),
        ))
        .execute(conn)?;
    let kept = usize::try_from(SUBSCRIPTIONS_MAX).expect("a member has few");
    let old: Vec<i64> = list_ids_of(conn, member.key)?
        .into_iter()
        .skip(kept)
        .collect();
    if !old.is_empty() {
        let old = push_subscriptions::table.filter(push_subscriptions::id.eq_any(old));
        diesel::delete(old).execute(conn)?;
    }
    Ok(())
}

/// Removes a member's subscription with this endpoint.
pub fn delete_at(conn: &mut Conn, key: AccountKey, endpoint: &str) -> Result<(), StorageError> {
    let theirs = push_subscriptions::table
        .filter(push_subscriptions::endpoint.eq(endpoint))
        .filter(push_subscriptions::account_id.eq(key.get()));
    diesel::delete(theirs).execute(conn)?;
    Ok(())
}

/// Removes a subscription.
pub fn delete(conn: &mut Conn, id: i64) -> Result<(), StorageError> {
    diesel::delete(push_subscriptions::table.find(id)).execute(conn)?;
    Ok(())
}

/// Stores the number of consecutive refusals by the push service.
pub fn set_failures(conn: &mut Conn, id: i64, failures: i64) -> Result<(), StorageError> {
    diesel::update(push_subscriptions::table.find(id))
        .set(push_subscriptions::failures.eq(failures))
        .execute(conn)?;
    Ok(())
}

/// Removes every subscription of a member.
pub fn delete_all_of(conn: &mut Conn, key: AccountKey) -> Result<(), StorageError> {
    let theirs = push_subscriptions::table.filter(push_subscriptions::account_id.eq(key.get()));
    diesel::delete(theirs).execute(conn)?;
    Ok(())
}
