//! Who may see a funding: the one rule, in the one form that every query uses.
//!
//! A funding row says to whom it is visible; the author's choice, deletion and suspension all end there.

use diesel::dsl::{Add, Eq, auto_type, exists};
use diesel::prelude::*;

use crate::db::schema::{follows, fundings};

/// Deleted, or its author is suspended.
pub const NOBODY: i16 = 0;
/// The author, and those who follow the author and are followed back.
pub const FRIENDS: i16 = 1;
/// Members and visitors alike.
pub const EVERYBODY: i16 = 2;

/// The funding of the row may be seen by `viewer` (0: a visitor).
///
/// The sum keeps this condition from choosing an index: hardly any funding is sorted out by it, and an
/// engine that thinks otherwise walks all fundings there are.
#[auto_type]
pub fn is_visible_to(viewer: i64) -> _ {
    let visible_to: Add<fundings::visible_to, i16> = fundings::visible_to + 0;
    let everybody: Eq<Add<fundings::visible_to, i16>, i16> = visible_to.eq(EVERYBODY);
    let friends: Eq<Add<fundings::visible_to, i16>, i16> = visible_to.eq(FRIENDS);
    let theirs: is_author_or_friend = is_author_or_friend(viewer);
    everybody.or(friends.and(theirs))
}

/// `viewer` wrote the funding of the row, or is a friend of who did.
#[auto_type]
pub fn is_author_or_friend(viewer: i64) -> _ {
    let author = fundings::author_id.eq(viewer);
    let follows_author = exists(
        follows::table
            .filter(follows::follower_id.eq(viewer))
            .filter(follows::followee_id.eq(fundings::author_id)),
    );
    let followed_back = exists(
        follows::table
            .filter(follows::follower_id.eq(fundings::author_id))
            .filter(follows::followee_id.eq(viewer)),
    );
    author.or(follows_author.and(followed_back))
}
