//! Statements about members; logins and the search have files of their own.

use diesel::dsl::{auto_type, exists};
use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, KakaoId};
use funsun_domain::text::fold;
use funsun_domain::time::Timestamp;

use crate::db::schema::{accounts, follows};
use crate::db::{Conn, StorageError, dialect};
use crate::people::search_sql::{delete_grams, insert_grams};

/// A member as the database knows them, and whether the viewer is their friend.
#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct ProfileRow {
    pub id: i64,
    pub kakao_id: Option<i64>,
    pub username: String,
    pub email: Option<String>,
    pub birthday: Option<String>,
    pub gender: Option<String>,
    pub bank_account: Option<String>,
    pub image: Option<String>,
    pub follower_count: i64,
    pub followee_count: i64,
}

/// What a login brings from Kakao.
#[derive(Clone)]
pub struct KakaoFacts {
    pub email: Option<String>,
    pub birthday: Option<String>,
    pub gender: Option<String>,
    pub age_range: Option<String>,
}

/// Follows in both directions between the member of the row and `viewer`.
#[auto_type]
pub fn is_friend_of(viewer: i64) -> _ {
    let followed = exists(
        follows::table
            .filter(follows::follower_id.eq(viewer))
            .filter(follows::followee_id.eq(accounts::id)),
    );
    let follows_back = exists(
        follows::table
            .filter(follows::follower_id.eq(accounts::id))
            .filter(follows::followee_id.eq(viewer)),
    );
    followed.and(follows_back)
}

/// The row of a member who has not withdrawn.
pub fn find_key(conn: &mut Conn, id: KakaoId) -> Result<Option<AccountKey>, StorageError> {
    let key = accounts::table
        .filter(accounts::kakao_id.eq(id.get()))
        .select(accounts::id);
    key.first(conn).optional()?.map(key_of).transpose()
}

/// The row of a member who may act: neither withdrawn nor suspended.
pub fn find_active(conn: &mut Conn, id: KakaoId) -> Result<Option<AccountKey>, StorageError> {
    let key = accounts::table
        .filter(accounts::kakao_id.eq(id.get()))
        .filter(accounts::suspended_at.is_null())
        .select(accounts::id);
    key.first(conn).optional()?.map(key_of).transpose()
}

/// A member's own profile.
pub fn find_own(conn: &mut Conn, key: AccountKey) -> Result<Option<ProfileRow>, StorageError> {
    Ok(accounts::table
        .filter(accounts::id.eq(key.get()))
        .filter(accounts::kakao_id.is_not_null())
        .select(ProfileRow::as_select())
        .first(conn)
        .optional()?)
}

/// A profile, and whether `viewer` is a friend.
pub fn find_profile(
    conn: &mut Conn,
    id: KakaoId,
    viewer: AccountKey,
) -> Result<Option<(ProfileRow, bool)>, StorageError> {
    Ok(accounts::table
        .filter(accounts::kakao_id.eq(id.get()))
        .select((ProfileRow::as_select(), is_friend_of(viewer.get())))
        .first(conn)
        .optional()?)
}

/// Creates a member.
pub fn create(
    conn: &mut Conn,
    id: KakaoId,
    username: &str,
    facts: &KakaoFacts,
    now: Timestamp,
) -> Result<AccountKey, StorageError> {
    diesel::insert_into(accounts::table)
        .values((
            accounts::kakao_id.eq(id.get()),
            accounts::username.eq(username),
            accounts::username_folded.eq(fold(username)),
            accounts::created_at.eq(now.micros()),
            accounts::email.eq(&facts.email),
            accounts::birthday.eq(&facts.birthday),
            accounts::gender.eq(&facts.gender),
            accounts::age_range.eq(&facts.age_range),
        ))
        .execute(conn)?;
    let key = key_of(dialect::last_insert_id(conn)?)?;
    insert_grams(conn, key, username)?;
    Ok(key)
}

/// Renews what Kakao knows better than we do; what it did not say stays.
pub fn update_facts(
    conn: &mut Conn,
    key: AccountKey,
    facts: &KakaoFacts,
) -> Result<(), StorageError> {
    let account = accounts::table.find(key.get());
    if let Some(email) = &facts.email {
        diesel::update(account)
            .set(accounts::email.eq(email))
            .execute(conn)?;
    }
    if let Some(age_range) = &facts.age_range {
        diesel::update(account)
            .set(accounts::age_range.eq(age_range))
            .execute(conn)?;
    }
    Ok(())
}

/// Renames a member, also for the search.
pub fn rename(conn: &mut Conn, key: AccountKey, username: &str) -> Result<(), StorageError> {
    diesel::update(accounts::table.find(key.get()))
        .set((
            accounts::username.eq(username),
            accounts::username_folded.eq(fold(username)),
        ))
        .execute(conn)?;
    delete_grams(conn, key)?;
    insert_grams(conn, key, username)
}

/// Sets or clears the birthday.
pub fn set_birthday(
    conn: &mut Conn,
    key: AccountKey,
    day: Option<&str>,
) -> Result<(), StorageError> {
    diesel::update(accounts::table.find(key.get()))
        .set(accounts::birthday.eq(day))
        .execute(conn)?;
    Ok(())
}

/// Sets or clears the bank account.
pub fn set_bank_account(
    conn: &mut Conn,
    key: AccountKey,
    bank_account: Option<&str>,
) -> Result<(), StorageError> {
    diesel::update(accounts::table.find(key.get()))
        .set(accounts::bank_account.eq(bank_account))
        .execute(conn)?;
    Ok(())
}

/// Sets or clears the picture.
pub fn set_image(
    conn: &mut Conn,
    key: AccountKey,
    image: Option<&str>,
) -> Result<(), StorageError> {
    diesel::update(accounts::table.find(key.get()))
        .set(accounts::image.eq(image))
        .execute(conn)?;
    Ok(())
}

/// Removes everything personal from a member's row and frees the Kakao id.
pub fn anonymise(conn: &mut Conn, key: AccountKey, now: Timestamp) -> Result<(), StorageError> {
    let nothing = None::<String>;
    diesel::update(accounts::table.find(key.get()))
        .set((
            accounts::kakao_id.eq(None::<i64>),
            accounts::username.eq(""),
            accounts::username_folded.eq(""),
            accounts::email.eq(&nothing),
            accounts::birthday.eq(&nothing),
            accounts::gender.eq(&nothing),
            accounts::age_range.eq(&nothing),
            accounts::bank_account.eq(&nothing),
            accounts::image.eq(&nothing),
            accounts::follower_count.eq(0),
            accounts::followee_count.eq(0),
            accounts::withdrawn_at.eq(now.micros()),
        ))
        .execute(conn)?;
    delete_grams(conn, key)
}

/// Whether this row's member has withdrawn.
pub fn is_withdrawn(conn: &mut Conn, key: AccountKey) -> Result<bool, StorageError> {
    let withdrawn = accounts::table
        .find(key.get())
        .filter(accounts::withdrawn_at.is_not_null());
    Ok(diesel::select(exists(withdrawn)).get_result(conn)?)
}

/// Whether this row's member is suspended.
pub fn is_suspended(conn: &mut Conn, key: AccountKey) -> Result<bool, StorageError> {
    let suspended = accounts::table
        .find(key.get())
        .filter(accounts::suspended_at.is_not_null());
    Ok(diesel::select(exists(suspended)).get_result(conn)?)
}

/// Suspends a member, or lifts it.
pub fn set_suspended(
    conn: &mut Conn,
    key: AccountKey,
    since: Option<Timestamp>,
) -> Result<(), StorageError> {
    diesel::update(accounts::table.find(key.get()))
        .set(accounts::suspended_at.eq(since.map(Timestamp::micros)))
        .execute(conn)?;
    Ok(())
}

fn key_of(id: i64) -> Result<AccountKey, StorageError> {
    AccountKey::new(id).map_err(StorageError::corrupt)
}
