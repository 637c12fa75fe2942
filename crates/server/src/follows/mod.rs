//! Following: one-way; two members who follow each other are friends.

mod api;
mod birthdays;
mod lists;
pub mod pages;
mod sql;

use funsun_domain::ids::{AccountKey, KakaoId};
use funsun_domain::time::Timestamp;
use thiserror::Error;

pub use birthdays::{UpcomingBirthday, list_birthdays};
use lists::Side;

use crate::db::{Batch, Conn, StorageError};
use crate::state::AppState;
use crate::{notifications, people};
use web::{AppError, Routes};

/// `/follow/`.
pub fn router() -> Routes<AppState> {
    api::router()
}

/// Why a follow is refused.
#[derive(Debug, Error)]
pub enum FollowRefusal {
    /// No member has this id.
    #[error("id: no such member")]
    NoSuchMember,
    /// One can't follow oneself.
    #[error("id: you can't follow yourself")]
    Oneself,
    /// The follow exists.
    #[error("id: you follow this member already")]
    Already,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// `follower` starts to follow the member `id`.
///
/// # Errors
/// [`FollowRefusal`].
pub fn follow(
    conn: &mut Conn,
    follower: AccountKey,
    id: KakaoId,
    now: Timestamp,
) -> Result<(), FollowRefusal> {
    let followee = people::find_active(conn, id)?.ok_or(FollowRefusal::NoSuchMember)?;
    if followee == follower {
        return Err(FollowRefusal::Oneself);
    }
    if !sql::insert(conn, follower, followee, now)? {
        return Err(FollowRefusal::Already);
    }
    sql::change_counts(conn, follower, followee, 1)?;
    Ok(notifications::followed(conn, follower, followee, now)?)
}

/// `follower` stops following the member `id`; no effect when they did not.
///
/// # Errors
/// When the database fails.
pub fn unfollow(conn: &mut Conn, follower: AccountKey, id: KakaoId) -> Result<(), StorageError> {
    let Some(followee) = people::find_key(conn, id)? else {
        return Ok(());
    };
    if sql::delete(conn, follower, followee)? {
        sql::change_counts(conn, follower, followee, -1)?;
    }
    Ok(())
}

/// Ends a batch of the follows of and by a former member.
///
/// # Errors
/// When the database fails.
pub fn end_some_of(
    conn: &mut Conn,
    key: AccountKey,
    batch: Batch,
) -> Result<Option<Batch>, StorageError> {
    let mut more = false;
    for side in [Side::Followers, Side::Following] {
        // Those of the batch before are deleted.
        let others = sql::list_keys(conn, key, side, 0, batch.limit)?;
        sql::delete_some(conn, key, side, &others)?;
        more |= batch.next(&others).is_some();
    }
    Ok(more.then_some(batch))
}

impl From<FollowRefusal> for AppError {
    fn from(refusal: FollowRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            FollowRefusal::NoSuchMember => Self::not_found("no_such_member", detail),
            FollowRefusal::Oneself => Self::bad_request("follow_oneself", detail),
            FollowRefusal::Already => Self::bad_request("follow_exists", detail),
            FollowRefusal::Storage(error) => error.into(),
        }
    }
}
