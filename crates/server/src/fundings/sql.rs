//! Statements about single fundings; the lists are in `lists.rs`.

use diesel::prelude::*;
use funsun_domain::fundings::Audience;
use funsun_domain::ids::{AccountKey, FundingId};
use funsun_domain::time::Timestamp;

use super::card::{AuthorRow, CardRow, DetailRow, DetailRows};
use super::write::{FundingEdit, NewFunding};
use crate::db::schema::{accounts, fundings};
use crate::db::{Batch, Conn, StorageError, dialect};
use crate::media::NewPicture;
use crate::visibility::{EVERYBODY, FRIENDS, NOBODY, Viewer, is_visible_to};

/// The names of a funding's pictures.
#[derive(Queryable)]
pub struct Pictures {
    pub image: Option<String>,
    pub review_image: Option<String>,
}

/// A funding that `viewer` may see.
pub fn find_detail(
    conn: &mut Conn,
    id: FundingId,
    viewer: Viewer,
) -> Result<Option<DetailRows>, StorageError> {
    Ok(fundings::table
        .inner_join(accounts::table)
        .filter(fundings::id.eq(id.get()))
        .filter(is_visible_to(viewer))
        .select((
            CardRow::as_select(),
            AuthorRow::as_select(),
            DetailRow::as_select(),
        ))
        .first(conn)
        .optional()?)
}

/// Creates a funding; `None` when its form has already created one.
pub fn create(
    conn: &mut Conn,
    author: AccountKey,
    funding: &NewFunding,
    now: Timestamp,
) -> Result<Option<FundingId>, StorageError> {
    let inserted = diesel::insert_into(fundings::table)
        .values((
            fundings::author_id.eq(author.get()),
            fundings::title.eq(funding.title.as_str()),
            fundings::content.eq(funding.content.as_str()),
            fundings::goal_amount.eq(funding.goal.won().get()),
            fundings::is_public.eq(funding.audience.is_public()),
            fundings::visible_to.eq(visible_to(funding.audience)),
            fundings::image.eq(funding.image.as_ref().map(NewPicture::name)),
            fundings::deadline_at.eq(funding.deadline.at().micros()),
            fundings::created_at.eq(now.micros()),
            fundings::form_key.eq(funding.form_key.as_deref()),
        ))
        .execute(conn);
    if dialect::unless_duplicate(inserted)?.is_none() {
        return Ok(None);
    }
    let id = FundingId::new(dialect::last_insert_id(conn)?).map_err(StorageError::corrupt)?;
    Ok(Some(id))
}

/// The funding that this author's form has created, if it is not deleted and its content equals the form's.
pub fn find_same(
    conn: &mut Conn,
    author: AccountKey,
    funding: &NewFunding,
) -> Result<Option<FundingId>, StorageError> {
    let image = funding.image.as_ref().map(NewPicture::name);
    let same = fundings::table
        .filter(fundings::author_id.eq(author.get()))
        .filter(fundings::form_key.eq(funding.form_key.as_deref()))
        .filter(fundings::deleted_at.is_null())
        .filter(fundings::title.eq(funding.title.as_str()))
        .filter(fundings::content.eq(funding.content.as_str()))
        .filter(fundings::goal_amount.eq(funding.goal.won().get()))
        .filter(fundings::is_public.eq(funding.audience.is_public()))
        .filter(fundings::deadline_at.eq(funding.deadline.at().micros()));
    let row: Option<(i64, Option<String>)> = same
        .select((fundings::id, fundings::image))
        .first(conn)
        .optional()?;
    row.filter(|(_, before)| before.as_deref() == image)
        .map(|(id, _)| FundingId::new(id).map_err(StorageError::corrupt))
        .transpose()
}

/// Takes the form's key from the funding that it has created.
pub fn free_form_key(
    conn: &mut Conn,
    author: AccountKey,
    funding: &NewFunding,
) -> Result<(), StorageError> {
    let before = fundings::table
        .filter(fundings::author_id.eq(author.get()))
        .filter(fundings::form_key.eq(funding.form_key.as_deref()));
    diesel::update(before)
        .set(fundings::form_key.eq(None::<String>))
        .execute(conn)?;
    Ok(())
}

/// Updates the given fields.
pub fn update(conn: &mut Conn, id: FundingId, edit: &FundingEdit) -> Result<(), StorageError> {
    let funding = fundings::table.find(id.get());
    if let Some(title) = &edit.title {
        diesel::update(funding)
            .set(fundings::title.eq(title.as_str()))
            .execute(conn)?;
    }
    if let Some(content) = &edit.content {
        diesel::update(funding)
            .set(fundings::content.eq(content.as_str()))
            .execute(conn)?;
    }
    if let Some(audience) = edit.audience {
        diesel::update(funding)
            .set((
                fundings::is_public.eq(audience.is_public()),
                fundings::visible_to.eq(visible_to(audience)),
            ))
            .execute(conn)?;
    }
    if let Some(image) = edit.picture.name() {
        diesel::update(funding)
            .set(fundings::image.eq(image))
            .execute(conn)?;
    }
    if let Some(review) = &edit.review {
        diesel::update(funding)
            .set(fundings::review.eq(review.as_str()))
            .execute(conn)?;
    }
    if let Some(image) = edit.review_picture.name() {
        diesel::update(funding)
            .set(fundings::review_image.eq(image))
            .execute(conn)?;
    }
    Ok(())
}

/// Whether the author has written the review.
pub fn has_review(conn: &mut Conn, id: FundingId) -> Result<bool, StorageError> {
    let review: Option<String> = fundings::table
        .find(id.get())
        .select(fundings::review)
        .first(conn)?;
    Ok(review.is_some())
}

/// The names of a funding's pictures.
pub fn find_pictures(conn: &mut Conn, id: FundingId) -> Result<Pictures, StorageError> {
    Ok(fundings::table
        .find(id.get())
        .select((fundings::image, fundings::review_image))
        .first(conn)?)
}

/// Hides a funding for good; its money records stay.
pub fn hide_for_good(conn: &mut Conn, id: FundingId, now: Timestamp) -> Result<(), StorageError> {
    diesel::update(fundings::table.find(id.get()))
        .set((
            fundings::deleted_at.eq(now.micros()),
            fundings::visible_to.eq(NOBODY),
        ))
        .execute(conn)?;
    Ok(())
}

/// Hides every funding of a member who leaves, for good.
///
/// # Errors
/// When the database fails.
pub fn hide_for_good_all_of(
    conn: &mut Conn,
    author: AccountKey,
    now: Timestamp,
) -> Result<(), StorageError> {
    let theirs = fundings::table
        .filter(fundings::author_id.eq(author.get()))
        .filter(fundings::deleted_at.is_null());
    diesel::update(theirs)
        .set((
            fundings::deleted_at.eq(now.micros()),
            fundings::visible_to.eq(NOBODY),
        ))
        .execute(conn)?;
    Ok(())
}

/// Clears the names of a funding's pictures.
pub fn clear_pictures(conn: &mut Conn, id: FundingId) -> Result<(), StorageError> {
    let nothing = None::<String>;
    diesel::update(fundings::table.find(id.get()))
        .set((
            fundings::image.eq(&nothing),
            fundings::review_image.eq(&nothing),
        ))
        .execute(conn)?;
    Ok(())
}

/// Clears a funding's texts.
pub fn clear_texts(conn: &mut Conn, id: FundingId) -> Result<(), StorageError> {
    diesel::update(fundings::table.find(id.get()))
        .set((
            fundings::title.eq(""),
            fundings::content.eq(""),
            fundings::review.eq(None::<String>),
        ))
        .execute(conn)?;
    Ok(())
}

/// A batch of the fundings of an author whose texts have not been cleared: a title is never empty otherwise.
pub fn list_with_texts_of(
    conn: &mut Conn,
    author: AccountKey,
    batch: Batch,
) -> Result<Vec<i64>, StorageError> {
    Ok(fundings::table
        .filter(fundings::author_id.eq(author.get()))
        .filter(fundings::id.gt(batch.after))
        .filter(fundings::title.ne(""))
        .order(fundings::id)
        .select(fundings::id)
        .limit(batch.limit)
        .load(conn)?)
}

/// The next funding of an author with an id above `after`, hidden or not.
///
/// # Errors
/// When the database fails.
pub fn find_next_of(
    conn: &mut Conn,
    author: AccountKey,
    after: i64,
) -> Result<Option<FundingId>, StorageError> {
    let id: Option<i64> = fundings::table
        .filter(fundings::author_id.eq(author.get()))
        .filter(fundings::id.gt(after))
        .order(fundings::id)
        .select(fundings::id)
        .first(conn)
        .optional()?;
    id.map(|id| FundingId::new(id).map_err(StorageError::corrupt))
        .transpose()
}

/// Hides every funding of a suspended author.
pub fn hide_all_of(conn: &mut Conn, author: AccountKey) -> Result<(), StorageError> {
    diesel::update(fundings::table.filter(fundings::author_id.eq(author.get())))
        .set(fundings::visible_to.eq(NOBODY))
        .execute(conn)?;
    Ok(())
}

/// Restores the visibility of an author's fundings to the chosen audience.
pub fn show_all_of(conn: &mut Conn, author: AccountKey) -> Result<(), StorageError> {
    for audience in [Audience::Public, Audience::FriendsOnly] {
        let chosen = fundings::table
            .filter(fundings::author_id.eq(author.get()))
            .filter(fundings::deleted_at.is_null())
            .filter(fundings::is_public.eq(audience.is_public()));
        diesel::update(chosen)
            .set(fundings::visible_to.eq(visible_to(audience)))
            .execute(conn)?;
    }
    Ok(())
}

const fn visible_to(audience: Audience) -> i16 {
    match audience {
        Audience::Public => EVERYBODY,
        Audience::FriendsOnly => FRIENDS,
    }
}
