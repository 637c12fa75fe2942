//! The four lists of fundings, newest first. Every one applies the visibility rule in its query.
//!
//! A numbered page first finds the id it begins with: a public one by the counts of `public_blocks`, others by index
//! alone. What follows is then the same query as for a cursor, whose cost does not depend on the position in the list.

use diesel::connection::DefaultLoadingMode;
use diesel::prelude::*;
use diesel::sqlite::Sqlite;
use funsun_domain::ids::AccountKey;
use funsun_domain::time::Timestamp;

use super::card::{AuthorRow, CardRow, CardRows};
use crate::db::schema::{accounts, follows, fundings, participations, public_blocks};
use crate::db::{Conn, StorageError, dialect};
use crate::visibility::{EVERYBODY, Viewer, is_visible_to, is_visible_to_follower};
use web::paging::{Cursor, PAGE_SIZE, Position, split_page};

/// One row more than a page, to detect whether another page follows.
const FETCHED: i64 = PAGE_SIZE + 1;

/// A page of cards, and the cursor of the next one.
pub struct CardPage {
    /// Up to [`PAGE_SIZE`].
    pub cards: Vec<CardRows>,
    /// `None` at the end of the list.
    pub next: Option<Cursor>,
}

/// Public fundings.
///
/// # Errors
/// When the database fails.
pub fn list_public(conn: &mut Conn, position: Position) -> Result<CardPage, StorageError> {
    let cards = || {
        fundings::table
            .inner_join(accounts::table)
            .order(fundings::id.desc())
            .select((CardRow::as_select(), AuthorRow::as_select()))
    };
    let public = || {
        let everybody = fundings::visible_to.eq(EVERYBODY);
        cards().filter(everybody).limit(FETCHED)
    };
    let (before, skipped) = match position {
        Position::Page(1) => (i64::MAX, 0),
        Position::Before(cursor) => (cursor.first, 0),
        Position::PastEnd => return Ok(CardPage::empty()),
        Position::Page(page) => match find_block(conn, skipped(page))? {
            Some(found) => found,
            None => return Ok(CardPage::empty()),
        },
    };
    let newer = diesel::alias!(fundings as newer);
    let id = newer.field(fundings::id);
    let ids = newer
        .filter(newer.field(fundings::visible_to).eq(EVERYBODY))
        .filter(id.lt(before))
        .order(id.desc())
        .select(id)
        .offset(skipped);
    let is_first = before == i64::MAX;
    let rows = if !dialect::limits_subqueries(conn) && !is_first {
        // MariaDB's planner would begin with the authors, or read the index from its newest end.
        let ids: Vec<i64> = ids.limit(FETCHED).load(conn)?;
        let everybody = (fundings::visible_to + 0).eq(EVERYBODY);
        cards()
            .filter(fundings::id.eq_any(ids))
            .filter(everybody)
            .load(conn)?
    } else if skipped == 0 {
        public().filter(fundings::id.lt(before)).load(conn)?
    } else {
        let first = ids.limit(1).single_value();
        let from_first = fundings::id.nullable().le(first);
        public().filter(from_first).load(conn)?
    };
    Ok(CardPage::by_id(rows))
}

/// Ids of a row of `public_blocks`.
const BLOCK: i64 = 512;

/// The block of the public funding that comes after `skipped` newer ones, as an id above all of the block, and how many
/// of the block are newer; `None` past the end. What is committed before the page is read may shift it, as between
/// two pages.
fn find_block(conn: &mut Conn, mut skipped: i64) -> Result<Option<(i64, i64)>, StorageError> {
    let blocks = public_blocks::table
        .order(public_blocks::block.desc())
        .select((public_blocks::block, public_blocks::fundings));
    // Reads no more rows than it uses.
    for row in blocks.load_iter::<(i64, i64), DefaultLoadingMode>(conn)? {
        let (block, public) = row?;
        if skipped < public {
            return Ok(Some(((block + 1) * BLOCK, skipped)));
        }
        skipped -= public;
    }
    Ok(None)
}

/// The newest public fundings that have not ended.
///
/// # Errors
/// When the database fails.
pub fn list_running(
    conn: &mut Conn,
    now: Timestamp,
    limit: i64,
) -> Result<Vec<CardRows>, StorageError> {
    Ok(fundings::table
        .inner_join(accounts::table)
        .filter(fundings::visible_to.eq(EVERYBODY))
        .filter(fundings::deadline_at.gt(now.micros()))
        .order(fundings::id.desc())
        .select((CardRow::as_select(), AuthorRow::as_select()))
        .limit(limit)
        .load(conn)?)
}

/// The fundings of an author that `viewer` may see.
///
/// # Errors
/// When the database fails.
pub fn list_of_author(
    conn: &mut Conn,
    author: AccountKey,
    viewer: Viewer,
    position: Position,
) -> Result<CardPage, StorageError> {
    let visible = || {
        fundings::table
            .filter(fundings::author_id.eq(author.get()))
            .filter(is_visible_to(viewer))
    };
    let first = |conn: &mut Conn, skipped| {
        let ids = visible().order(fundings::id.desc()).select(fundings::id);
        ids.offset(skipped).first(conn).optional()
    };
    let Some(last_id) = last_id(conn, position, first)? else {
        return Ok(CardPage::empty());
    };
    let rows = visible()
        .inner_join(accounts::table)
        .filter(fundings::id.le(last_id))
        .order(fundings::id.desc())
        .select((CardRow::as_select(), AuthorRow::as_select()))
        .limit(FETCHED)
        .load(conn)?;
    Ok(CardPage::by_id(rows))
}

/// The fundings by followees of `viewer` that `viewer` may see.
///
/// # Errors
/// When the database fails.
pub fn list_of_followees(
    conn: &mut Conn,
    viewer: AccountKey,
    position: Position,
) -> Result<CardPage, StorageError> {
    let (skipped, before) = match position {
        Position::Page(page) => (skipped(page), i64::MAX),
        Position::Before(cursor) => (0, cursor.first),
        Position::PastEnd => return Ok(CardPage::empty()),
    };
    // From the few followees to their fundings, by index alone.
    let ids = follows::table
        .inner_join(fundings::table.on(fundings::author_id.eq(follows::followee_id)))
        .filter(follows::follower_id.eq(viewer.get()))
        .filter(fundings::id.lt(before))
        .filter(is_visible_to_follower())
        .order(fundings::id.desc())
        .select(fundings::id)
        .limit(FETCHED)
        .offset(skipped);
    let listed = diesel::alias!(fundings as listed);
    let id = listed.field(fundings::id);
    let by_author = listed.field(fundings::author_id).eq(accounts::id);
    // The columns are the same in every engine.
    let columns = <CardRow as Selectable<Sqlite>>::construct_selection();
    let cards = listed
        .inner_join(accounts::table.on(by_author))
        .order(id.desc())
        .select((listed.fields(columns), AuthorRow::as_select()));
    let rows = if dialect::limits_subqueries(conn) {
        cards.filter(id.eq_any(ids)).load(conn)?
    } else {
        let ids: Vec<i64> = ids.load(conn)?;
        cards.filter(id.eq_any(ids)).load(conn)?
    };
    Ok(CardPage::by_id(rows))
}

/// The fundings that `viewer` has supported and may see, by the latest support.
///
/// # Errors
/// When the database fails.
pub fn list_joined(
    conn: &mut Conn,
    viewer: AccountKey,
    position: Position,
) -> Result<CardPage, StorageError> {
    let (skipped, before) = match position {
        Position::Page(page) => (skipped(page), i64::MAX),
        Position::Before(cursor) => (0, cursor.first),
        Position::PastEnd => return Ok(CardPage::empty()),
    };
    let rows: Vec<(i64, CardRow, AuthorRow)> = participations::table
        .inner_join(fundings::table.on(fundings::id.eq(participations::funding_id)))
        .inner_join(accounts::table.on(accounts::id.eq(fundings::author_id)))
        .filter(participations::account_id.eq(viewer.get()))
        .filter(participations::last_support_id.lt(before))
        .filter(is_visible_to(viewer.into()))
        .order(participations::last_support_id.desc())
        .select((
            participations::last_support_id,
            CardRow::as_select(),
            AuthorRow::as_select(),
        ))
        .limit(FETCHED)
        .offset(skipped)
        .load(conn)?;
    let (rows, next) = split_page(rows, PAGE_SIZE, |row| Cursor::one(row.0));
    Ok(CardPage {
        cards: rows
            .into_iter()
            .map(|(_, card, author)| (card, author))
            .collect(),
        next,
    })
}

/// Most running fundings that are shown to their author.
const RUNNING_MAX: i64 = 20;

/// The running fundings of `author`, by deadline, earliest first.
///
/// # Errors
/// When the database fails.
pub fn list_running_of(
    conn: &mut Conn,
    author: AccountKey,
    now: Timestamp,
) -> Result<Vec<CardRows>, StorageError> {
    Ok(fundings::table
        .inner_join(accounts::table)
        .filter(fundings::author_id.eq(author.get()))
        .filter(is_visible_to(author.into()))
        .filter(fundings::deadline_at.gt(now.micros()))
        .order(fundings::deadline_at)
        .select((CardRow::as_select(), AuthorRow::as_select()))
        .limit(RUNNING_MAX)
        .load(conn)?)
}

/// The id of a page's first funding; `None` past the end.
fn last_id(
    conn: &mut Conn,
    position: Position,
    first: impl FnOnce(&mut Conn, i64) -> QueryResult<Option<i64>>,
) -> Result<Option<i64>, StorageError> {
    match position {
        Position::Page(1) => Ok(Some(i64::MAX)),
        Position::Page(page) => Ok(first(conn, skipped(page))?),
        Position::Before(cursor) => Ok(cursor.first.checked_sub(1)),
        Position::PastEnd => Ok(None),
    }
}

fn skipped(page: u32) -> i64 {
    i64::from(page - 1) * PAGE_SIZE
}

impl CardPage {
    fn empty() -> Self {
        Self {
            cards: Vec::new(),
            next: None,
        }
    }

    fn by_id(rows: Vec<CardRows>) -> Self {
        let (cards, next) = split_page(rows, PAGE_SIZE, |(card, _)| Cursor::one(card.id));
        Self { cards, next }
    }
}
