//! Queries about fundings for other features, under the visibility rule.

use std::collections::HashMap;

use diesel::prelude::*;
use funsun_domain::ids::{AccountKey, FundingId};
use funsun_domain::time::Timestamp;

use super::viewer::Viewer;
use super::{NOBODY, is_author_or_friend, is_visible_to};
use crate::db::schema::fundings;
use crate::db::{Conn, StorageError};

/// The properties of a funding that supports, edits and reports check.
#[derive(Clone, Copy, Debug)]
pub struct FundingFacts {
    /// The author.
    pub author: AccountKey,
    /// The deadline.
    pub deadline: Timestamp,
    /// Deleted, or its author is suspended.
    pub hidden: bool,
    /// Whether every member may see it, unless it is hidden.
    pub public: bool,
    /// What it has collected, in won.
    pub collected: i64,
}

/// Whether `viewer` may see the funding.
///
/// # Errors
/// When the database fails.
pub fn can_see(conn: &mut Conn, id: FundingId, viewer: Viewer) -> Result<bool, StorageError> {
    let visible = fundings::table
        .filter(fundings::id.eq(id.get()))
        .filter(is_visible_to(viewer));
    Ok(diesel::select(diesel::dsl::exists(visible)).get_result(conn)?)
}

/// Finds a funding that `viewer` may see, or could have seen before it was hidden.
///
/// # Errors
/// When the database fails.
pub fn find_facts(
    conn: &mut Conn,
    id: FundingId,
    viewer: Viewer,
) -> Result<Option<FundingFacts>, StorageError> {
    let was_public = fundings::visible_to
        .eq(NOBODY)
        .and(fundings::is_public.eq(true));
    let was_theirs = fundings::visible_to
        .eq(NOBODY)
        .and(is_author_or_friend(viewer));
    let row = fundings::table
        .filter(fundings::id.eq(id.get()))
        .filter(is_visible_to(viewer).or(was_public).or(was_theirs))
        .select((
            fundings::author_id,
            fundings::deadline_at,
            fundings::visible_to,
            fundings::is_public,
            fundings::collected_amount,
        ))
        .first::<(i64, i64, i16, bool, i64)>(conn)
        .optional()?;
    row.map(|(author, deadline, visible_to, public, collected)| {
        Ok(FundingFacts {
            author: AccountKey::new(author).map_err(StorageError::corrupt)?,
            deadline: Timestamp::from_micros(deadline),
            hidden: visible_to == NOBODY,
            public,
            collected,
        })
    })
    .transpose()
}

/// Finds the title of a funding that `viewer` may see.
///
/// # Errors
/// When the database fails.
pub fn find_title(
    conn: &mut Conn,
    id: FundingId,
    viewer: Viewer,
) -> Result<Option<String>, StorageError> {
    Ok(fundings::table
        .filter(fundings::id.eq(id.get()))
        .filter(is_visible_to(viewer))
        .select(fundings::title)
        .first(conn)
        .optional()?)
}

/// Returns the titles, by id, of those of the fundings that `viewer` may see.
///
/// # Errors
/// When the database fails.
pub fn list_titles(
    conn: &mut Conn,
    ids: &[i64],
    viewer: Viewer,
) -> Result<HashMap<i64, String>, StorageError> {
    let titles = fundings::table
        .filter(fundings::id.eq_any(ids))
        .filter(is_visible_to(viewer))
        .select((fundings::id, fundings::title))
        .load(conn)?;
    Ok(titles.into_iter().collect())
}
