//! The followers and followees of a member, in pages.

use funsun_domain::ids::{AccountKey, KakaoId};

use super::sql;
use crate::db::{Conn, StorageError};
use crate::people::{self, PersonRow};
use web::paging::{Cursor, split_page};

/// Members of one page.
const PAGE_MEMBERS: i64 = 20;

/// One of the two lists of a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The member's followers.
    Followers,
    /// The members whom the member follows.
    Following,
}

/// A page of a list.
pub struct People {
    /// The name of the member whose list it is.
    pub of: String,
    /// Whether that member is suspended: the list must not be shown.
    pub suspended: bool,
    /// Up to [`PAGE_MEMBERS`], by age of the account.
    pub members: Vec<PersonRow>,
    /// The cursor of the next page; `None` at the end.
    pub next: Option<Cursor>,
}

/// A page of a list of the member `id`; `None` when there is no such member.
///
/// The cursor is the public id of the last member shown: a row's own key never leaves the server.
///
/// # Errors
/// When the database fails.
pub fn list_people(
    conn: &mut Conn,
    id: KakaoId,
    side: Side,
    viewer: AccountKey,
    before: Option<Cursor>,
) -> Result<Option<People>, StorageError> {
    let Some(found) = people::find_profile(conn, id, viewer)? else {
        return Ok(None);
    };
    let of = found.profile;
    let key = AccountKey::new(of.id).map_err(StorageError::corrupt)?;
    let after = match before {
        None => Some(0),
        Some(cursor) => find_row(conn, cursor)?,
    };
    let keys = match after {
        Some(after) => sql::list_keys(conn, key, side, after, PAGE_MEMBERS + 1)?,
        // The last member of the previous page has left meanwhile.
        None => Vec::new(),
    };
    let (keys, more) = split_page(keys, PAGE_MEMBERS, |key| Cursor::one(*key));
    let members = sql::list_by_keys(conn, &keys, viewer)?;
    // The cursor that callers see is the public id of the last member, not the row's key.
    let last = members.last().filter(|_| more.is_some());
    Ok(Some(People {
        of: of.username,
        suspended: people::is_suspended(conn, key)?,
        next: last
            .and_then(|person| person.profile.kakao_id)
            .map(Cursor::one),
        members,
    }))
}

fn find_row(conn: &mut Conn, cursor: Cursor) -> Result<Option<i64>, StorageError> {
    match KakaoId::new(cursor.first) {
        Ok(id) => Ok(people::find_key(conn, id)?.map(AccountKey::get)),
        Err(_) => Ok(None),
    }
}
