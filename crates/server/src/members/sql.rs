//! Statements that create and change members.

use diesel::dsl::exists;
use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, KakaoId};
use funsun_domain::text::fold;
use funsun_domain::time::Timestamp;

use crate::db::schema::accounts;
use crate::db::{Conn, StorageError, dialect};
use crate::people::{index_name, unindex_name};

/// A member's data as Kakao returns it at each login.
#[derive(Clone, Default)]
pub struct KakaoProfile {
    pub email: Option<String>,
    pub birthday: Option<String>,
    pub gender: Option<String>,
    pub age_range: Option<String>,
}

/// Creates a member.
pub fn create(
    conn: &mut Conn,
    id: KakaoId,
    username: &str,
    kakao: &KakaoProfile,
    now: Timestamp,
) -> Result<AccountKey, StorageError> {
    diesel::insert_into(accounts::table)
        .values((
            accounts::kakao_id.eq(id.get()),
            accounts::username.eq(username),
            accounts::username_folded.eq(fold(username)),
            accounts::created_at.eq(now.micros()),
            accounts::email.eq(&kakao.email),
            accounts::birthday.eq(&kakao.birthday),
            accounts::gender.eq(&kakao.gender),
            accounts::age_range.eq(&kakao.age_range),
        ))
        .execute(conn)?;
    let key = AccountKey::new(dialect::last_insert_id(conn)?).map_err(StorageError::corrupt)?;
    index_name(conn, key, username)?;
    Ok(key)
}

/// Updates the fields for which Kakao is authoritative; absent ones are unchanged.
pub fn update_from_kakao(
    conn: &mut Conn,
    key: AccountKey,
    kakao: &KakaoProfile,
) -> Result<(), StorageError> {
    let account = accounts::table.find(key.get());
    if let Some(email) = &kakao.email {
        diesel::update(account)
            .set(accounts::email.eq(email))
            .execute(conn)?;
    }
    if let Some(age_range) = &kakao.age_range {
        diesel::update(account)
            .set(accounts::age_range.eq(age_range))
            .execute(conn)?;
    }
    Ok(())
}

/// Renames a member and updates the search index.
pub fn rename(conn: &mut Conn, key: AccountKey, username: &str) -> Result<(), StorageError> {
    diesel::update(accounts::table.find(key.get()))
        .set((
            accounts::username.eq(username),
            accounts::username_folded.eq(fold(username)),
        ))
        .execute(conn)?;
    unindex_name(conn, key)?;
    index_name(conn, key, username)
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

/// Removes all personal data from a member's row and frees the Kakao id.
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
    unindex_name(conn, key)
}

/// Whether the member of this row has left.
pub fn has_left(conn: &mut Conn, key: AccountKey) -> Result<bool, StorageError> {
    let left = accounts::table
        .find(key.get())
        .filter(accounts::withdrawn_at.is_not_null());
    Ok(diesel::select(exists(left)).get_result(conn)?)
}

/// Suspends a member, or lifts the suspension.
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
