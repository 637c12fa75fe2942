//! Who may see a funding: the one rule, in the one form that every query uses.
//!
//! A funding's row says to whom it is visible; the author's choice, deletion and suspension all end there.

mod sql;
mod viewer;

use diesel::dsl::{Add, Eq, auto_type, exists};
use diesel::prelude::*;

pub use sql::{FundingFacts, can_see, find_facts, find_title, list_titles};
pub use viewer::Viewer;

use crate::db::schema::{follows, fundings};

/// Deleted, or its author is suspended.
pub const NOBODY: i16 = 0;
/// The author, and those who follow the author and are followed back.
pub const FRIENDS: i16 = 1;
/// Members and guests alike.
pub const EVERYBODY: i16 = 2;

/// `viewer` may see the funding of the row.
///
/// The sum keeps this condition from choosing an index: hardly any funding is filtered out by it, and an
/// engine that thinks otherwise scans all fundings there are.
#[auto_type]
pub fn is_visible_to(viewer: Viewer) -> _ {
    let visible_to: Add<fundings::visible_to, i16> = fundings::visible_to + 0;
    let everybody: Eq<Add<fundings::visible_to, i16>, i16> = visible_to.eq(EVERYBODY);
    let friends: Eq<Add<fundings::visible_to, i16>, i16> = visible_to.eq(FRIENDS);
    let theirs: is_author_or_friend = is_author_or_friend(viewer);
    everybody.or(friends.and(theirs))
}

/// `viewer` wrote the funding of the row, or is a friend of its author.
#[auto_type]
fn is_author_or_friend(viewer: Viewer) -> _ {
    let key: i64 = viewer.row_key();
    let author = fundings::author_id.eq(key);
    let follows_author = exists(
        follows::table
            .filter(follows::follower_id.eq(key))
            .filter(follows::followee_id.eq(fundings::author_id)),
    );
    let followed_back = exists(
        follows::table
            .filter(follows::follower_id.eq(fundings::author_id))
            .filter(follows::followee_id.eq(key)),
    );
    author.or(follows_author.and(followed_back))
}
