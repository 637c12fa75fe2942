//! Statements that read members; the search has a file of its own.

use diesel::dsl::{auto_type, exists};
use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, KakaoId};

use crate::db::schema::{accounts, follows};
use crate::db::{Conn, StorageError};

/// A member as stored.
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

/// A member, as another member sees them.
#[derive(Queryable)]
pub struct PersonRow {
    pub profile: ProfileRow,
    /// Whether the two are friends.
    pub is_friend: bool,
}

/// Whether the member of the row and `viewer` follow each other.
#[auto_type]
pub fn is_friend_of(viewer: AccountKey) -> _ {
    let key: i64 = viewer.get();
    exists(
        follows::table
            .filter(follows::follower_id.eq(key))
            .filter(follows::followee_id.eq(accounts::id))
            .filter(follows::is_mutual),
    )
}

/// The row of a member who has not left.
pub fn find_key(conn: &mut Conn, id: KakaoId) -> Result<Option<AccountKey>, StorageError> {
    let key = accounts::table
        .filter(accounts::kakao_id.eq(id.get()))
        .select(accounts::id);
    key.first(conn).optional()?.map(key_of).transpose()
}

/// The row of a member who is not suspended and has not left.
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
) -> Result<Option<PersonRow>, StorageError> {
    Ok(accounts::table
        .filter(accounts::kakao_id.eq(id.get()))
        .select((ProfileRow::as_select(), is_friend_of(viewer)))
        .first(conn)
        .optional()?)
}

/// Whether the member of this row is suspended.
pub fn is_suspended(conn: &mut Conn, key: AccountKey) -> Result<bool, StorageError> {
    let suspended = accounts::table
        .find(key.get())
        .filter(accounts::suspended_at.is_not_null());
    Ok(diesel::select(exists(suspended)).get_result(conn)?)
}

fn key_of(id: i64) -> Result<AccountKey, StorageError> {
    AccountKey::new(id).map_err(StorageError::corrupt)
}
