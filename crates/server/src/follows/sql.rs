//! Statements about follows and their counts.

use diesel::dsl::exists;
use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, KakaoId};
use funsun_domain::time::Timestamp;

use super::lists::Side;
use crate::db::schema::{accounts, follows};
use crate::db::{Conn, StorageError, dialect};
use crate::people::{self, PersonRow, ProfileRow, is_friend_of};

/// Writes the follow; `false` when it exists. The two are friends from now on if there is one back.
pub fn insert(
    conn: &mut Conn,
    follower: AccountKey,
    followee: AccountKey,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let inserted = diesel::insert_into(follows::table)
        .values((
            follows::follower_id.eq(follower.get()),
            follows::followee_id.eq(followee.get()),
            follows::created_at.eq(now.micros()),
        ))
        .execute(conn);
    if dialect::unless_duplicate(inserted)?.is_none() {
        return Ok(false);
    }
    if set_mutual(conn, followee, follower, true)? {
        set_mutual(conn, follower, followee, true)?;
    }
    Ok(true)
}

/// Removes the follow; `false` when there was none. The two are friends no more.
pub fn delete(
    conn: &mut Conn,
    follower: AccountKey,
    followee: AccountKey,
) -> Result<bool, StorageError> {
    let follow = follows::table.find((follower.get(), followee.get()));
    if diesel::delete(follow).execute(conn)? == 0 {
        return Ok(false);
    }
    set_mutual(conn, followee, follower, false)?;
    Ok(true)
}

/// Records whether the followee of a follow follows back; `false` when there is no such follow.
fn set_mutual(
    conn: &mut Conn,
    follower: AccountKey,
    followee: AccountKey,
    mutual: bool,
) -> Result<bool, StorageError> {
    let follow = follows::table.find((follower.get(), followee.get()));
    let changed = diesel::update(follow).set(follows::is_mutual.eq(mutual));
    Ok(changed.execute(conn)? == 1)
}

/// Adds `change` to both members' counts.
pub fn change_counts(
    conn: &mut Conn,
    follower: AccountKey,
    followee: AccountKey,
    change: i64,
) -> Result<(), StorageError> {
    diesel::update(accounts::table.find(follower.get()))
        .set(accounts::followee_count.eq(accounts::followee_count + change))
        .execute(conn)?;
    diesel::update(accounts::table.find(followee.get()))
        .set(accounts::follower_count.eq(accounts::follower_count + change))
        .execute(conn)?;
    Ok(())
}

/// Removes the follows between a former member and these followers or followees, and decrements their counts. The
/// counts of others who have left are 0 already.
pub fn delete_some(
    conn: &mut Conn,
    key: AccountKey,
    side: Side,
    others: &[i64],
) -> Result<(), StorageError> {
    let members = accounts::table
        .filter(accounts::id.eq_any(others))
        .filter(accounts::kakao_id.is_not_null());
    let of_key = follows::table
        .filter(follows::follower_id.eq(key.get()))
        .filter(follows::followee_id.eq_any(others));
    let to_key = follows::table
        .filter(follows::followee_id.eq(key.get()))
        .filter(follows::follower_id.eq_any(others));
    match side {
        Side::Followers => {
            diesel::update(members)
                .set(accounts::followee_count.eq(accounts::followee_count - 1))
                .execute(conn)?;
            diesel::delete(to_key).execute(conn)?;
            diesel::update(of_key)
                .set(follows::is_mutual.eq(false))
                .execute(conn)?;
        }
        Side::Following => {
            diesel::update(members)
                .set(accounts::follower_count.eq(accounts::follower_count - 1))
                .execute(conn)?;
            diesel::delete(of_key).execute(conn)?;
            diesel::update(to_key)
                .set(follows::is_mutual.eq(false))
                .execute(conn)?;
        }
    }
    Ok(())
}

/// The followers of the member `id`, by age of the account.
pub fn list_followers(
    conn: &mut Conn,
    id: KakaoId,
    viewer: AccountKey,
) -> Result<Vec<PersonRow>, StorageError> {
    let Some(key) = people::find_key(conn, id)? else {
        return Ok(Vec::new());
    };
    let ids = follows::table
        .filter(follows::followee_id.eq(key.get()))
        .select(follows::follower_id);
    Ok(accounts::table
        .filter(accounts::id.eq_any(ids))
        .filter(accounts::kakao_id.is_not_null())
        .order(accounts::id)
        .select((ProfileRow::as_select(), is_friend_of(viewer)))
        .load(conn)?)
}

/// The followees of the member `id`, by age of the account.
pub fn list_followees(
    conn: &mut Conn,
    id: KakaoId,
    viewer: AccountKey,
) -> Result<Vec<PersonRow>, StorageError> {
    let Some(key) = people::find_key(conn, id)? else {
        return Ok(Vec::new());
    };
    let ids = follows::table
        .filter(follows::follower_id.eq(key.get()))
        .select(follows::followee_id);
    Ok(accounts::table
        .filter(accounts::id.eq_any(ids))
        .filter(accounts::kakao_id.is_not_null())
        .order(accounts::id)
        .select((ProfileRow::as_select(), is_friend_of(viewer)))
        .load(conn)?)
}

/// The rows of a member's followers or followees with a key above `after`, by age of the account; an index-only
/// query.
pub fn list_keys(
    conn: &mut Conn,
    of: AccountKey,
    side: Side,
    after: i64,
    limit: i64,
) -> Result<Vec<i64>, StorageError> {
    Ok(match side {
        Side::Followers => follows::table
            .filter(follows::followee_id.eq(of.get()))
            .filter(follows::follower_id.gt(after))
            .order(follows::follower_id)
            .select(follows::follower_id)
            .limit(limit)
            .load(conn)?,
        Side::Following => follows::table
            .filter(follows::follower_id.eq(of.get()))
            .filter(follows::followee_id.gt(after))
            .order(follows::followee_id)
            .select(follows::followee_id)
            .limit(limit)
            .load(conn)?,
    })
}

/// The members of these rows, by age of the account.
pub fn list_by_keys(
    conn: &mut Conn,
    keys: &[i64],
    viewer: AccountKey,
) -> Result<Vec<PersonRow>, StorageError> {
    Ok(accounts::table
        .filter(accounts::id.eq_any(keys))
        .filter(accounts::kakao_id.is_not_null())
        .order(accounts::id)
        .select((ProfileRow::as_select(), is_friend_of(viewer)))
        .load(conn)?)
}

/// Most friends whose birthdays are loaded.
const FRIENDS_MAX: i64 = 500;

/// The friends of a member whose birthday is known.
pub fn list_friends_with_birthday(
    conn: &mut Conn,
    key: AccountKey,
) -> Result<Vec<ProfileRow>, StorageError> {
    let friends = follows::table
        .filter(follows::follower_id.eq(key.get()))
        .filter(follows::is_mutual)
        .select(follows::followee_id);
    Ok(accounts::table
        .filter(accounts::id.eq_any(friends))
        .filter(accounts::birthday.is_not_null())
        .filter(accounts::suspended_at.is_null())
        .select(ProfileRow::as_select())
        .limit(FRIENDS_MAX)
        .load(conn)?)
}

/// Whether `follower` follows `followee`.
pub fn follows(
    conn: &mut Conn,
    follower: AccountKey,
    followee: AccountKey,
) -> Result<bool, StorageError> {
    let follow = follows::table.find((follower.get(), followee.get()));
    Ok(diesel::select(exists(follow)).get_result(conn)?)
}

/// Whether `follower` follows `followee`.
pub fn is_following(
    conn: &mut Conn,
    follower: KakaoId,
    followee: KakaoId,
) -> Result<bool, StorageError> {
    let (Some(follower), Some(followee)) = (
        people::find_key(conn, follower)?,
        people::find_key(conn, followee)?,
    ) else {
        return Ok(false);
    };
    let follow = follows::table.find((follower.get(), followee.get()));
    Ok(diesel::select(exists(follow)).get_result(conn)?)
}
