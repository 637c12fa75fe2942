//! Who may see a funding: the only definition of the rule, as a condition that every query uses.
//!
//! The column `visible_to` combines the author's choice, deletion and suspension.

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
/// All members and guests.
pub const EVERYBODY: i16 = 2;

/// SQL: whether `viewer` may see the funding of the row.
///
/// `+ 0` keeps the engine from using an index for this condition: it excludes hardly any funding, and an engine that
/// assumes otherwise scans the whole table.
#[auto_type]
pub fn is_visible_to(viewer: Viewer) -> _ {
    let visible_to: Add<fundings::visible_to, i16> = fundings::visible_to + 0;
    let everybody: Eq<Add<fundings::visible_to, i16>, i16> = visible_to.eq(EVERYBODY);
    let friends: Eq<Add<fundings::visible_to, i16>, i16> = visible_to.eq(FRIENDS);
    let theirs: is_author_or_friend = is_author_or_friend(viewer);
    everybody.or(friends.and(theirs))
}

/// SQL: as [`is_visible_to`], in a query that joins the viewer's follow of the author: it says whether the two are
/// friends, and nobody follows themselves.
#[auto_type]
pub fn is_visible_to_follower() -> _ {
    let visible_to: Add<fundings::visible_to, i16> = fundings::visible_to + 0;
    let everybody: Eq<Add<fundings::visible_to, i16>, i16> = visible_to.eq(EVERYBODY);
    let friends: Eq<Add<fundings::visible_to, i16>, i16> = visible_to.eq(FRIENDS);
    everybody.or(friends.and(follows::is_mutual))
}

/// SQL: whether `viewer` is the author of the funding of the row, or a friend of the author.
#[auto_type]
fn is_author_or_friend(viewer: Viewer) -> _ {
    let key: i64 = viewer.row_key();
    let author = fundings::author_id.eq(key);
    let friend = exists(
        follows::table
            .filter(follows::follower_id.eq(key))
            .filter(follows::followee_id.eq(fundings::author_id))
            .filter(follows::is_mutual),
    );
    author.or(friend)
}
