//! Opening, editing and deleting a funding.

use funsun_domain::fundings::{Audience, Deadline};
use funsun_domain::ids::{AccountKey, FundingId};
use funsun_domain::money::Goal;
use funsun_domain::text::{Content, Review, Title};
use funsun_domain::time::Timestamp;
use thiserror::Error;

use super::sql;
use crate::db::{Batch, Conn, StorageError};
use crate::media::{self, NewPicture, PictureEdit};
use crate::notifications;
use crate::payments::{StepContext, cap, refund_funding, refund_funding_later};
use crate::visibility;

/// A funding to open.
#[derive(Clone, Debug)]
pub struct NewFunding {
    /// Its title.
    pub title: Title,
    /// Its text.
    pub content: Content,
    /// The goal.
    pub goal: Goal,
    /// Its audience.
    pub audience: Audience,
    /// Its deadline.
    pub deadline: Deadline,
    /// Its picture.
    pub image: Option<NewPicture>,
    /// The idempotency key of the form: the same key with the same content returns the same funding.
    pub form_key: Option<String>,
}

/// The changes to a funding; an absent field is unchanged. Goal, deadline and author never change.
#[derive(Clone, Debug, Default)]
pub struct FundingEdit {
    /// The new title.
    pub title: Option<Title>,
    /// The new text.
    pub content: Option<Content>,
    /// The new audience.
    pub audience: Option<Audience>,
    /// The change to the picture.
    pub picture: PictureEdit,
    /// The author's thank-you.
    pub review: Option<Review>,
    /// The change to the review's picture.
    pub review_picture: PictureEdit,
}

/// Why a funding is not changed.
#[derive(Debug, Error)]
pub enum EditRefusal {
    /// No funding with this id is visible to the caller.
    #[error("id: there is no such funding")]
    NoSuchFunding,
    /// The caller is not its author.
    #[error("id: only the author can change this funding")]
    NotAuthor,
    /// It has collected more than a public funding may.
    #[error("public: this funding has collected more than a public funding may")]
    TooMuchForPublic,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Opens a funding of `member`. The same form with the same content returns the funding that it opened before;
/// with other content, or after that funding was deleted, it opens a new one, which takes over the form's key.
///
/// # Errors
/// When the database fails.
pub fn open_funding(
    conn: &mut Conn,
    member: AccountKey,
    funding: &NewFunding,
    now: Timestamp,
) -> Result<FundingId, StorageError> {
    let id = match sql::create(conn, member, funding, now)? {
        Some(id) => id,
        None => {
            if let Some(same) = sql::find_same(conn, member, funding)? {
                return Ok(same);
            }
            sql::free_form_key(conn, member, funding)?;
            let created = sql::create(conn, member, funding, now)?;
            created.ok_or_else(|| StorageError::corrupt("a form key that was freed is in use"))?
        }
    };
    notifications::funding_opened(conn, id, funding.deadline.at(), now)?;
    Ok(id)
}

/// Changes a funding of `member`.
///
/// # Errors
/// [`EditRefusal`].
pub fn edit_funding(
    conn: &mut Conn,
    member: AccountKey,
    id: FundingId,
    edit: &FundingEdit,
    cx: StepContext,
) -> Result<(), EditRefusal> {
    must_be_author(conn, member, id)?;
    let now = cx.now;
    if edit.audience == Some(Audience::Public) && !cap::may_be_public(conn, id, cx)? {
        return Err(EditRefusal::TooMuchForPublic);
    }
    let before = sql::find_pictures(conn, id)?;
    if edit.review.is_some() && !sql::has_review(conn, id)? {
        notifications::reviewed(conn, id, now)?;
    }
    sql::update(conn, id, edit)?;
    for (old, change) in [
        (before.image, &edit.picture),
        (before.review_image, &edit.review_picture),
    ] {
        if let (Some(old), Some(new)) = (old, change.name())
            && Some(old.as_str()) != new
        {
            media::release(conn, &old, now)?;
        }
    }
    Ok(())
}

/// Deletes a funding of `member`: it is hidden for good and its payers are refunded.
///
/// # Errors
/// [`EditRefusal`].
pub fn delete_funding(
    conn: &mut Conn,
    member: AccountKey,
    id: FundingId,
    cx: StepContext,
) -> Result<(), EditRefusal> {
    must_be_author(conn, member, id)?;
    Ok(delete(conn, id, cx)?)
}

fn delete(conn: &mut Conn, id: FundingId, cx: StepContext) -> Result<(), StorageError> {
    sql::hide_for_good(conn, id, cx.now)?;
    remove_pictures(conn, id, cx.now)?;
    refund_funding(conn, id, cx)
}

/// Removes the pictures and texts of a batch of a former member's fundings, which are hidden, and refunds their
/// payers.
///
/// # Errors
/// When the database fails.
pub fn clean_up_some_of(
    conn: &mut Conn,
    author: AccountKey,
    batch: Batch,
    now: Timestamp,
) -> Result<Option<Batch>, StorageError> {
    let ids = sql::list_with_texts_of(conn, author, batch)?;
    for &id in &ids {
        let id = FundingId::new(id).map_err(StorageError::corrupt)?;
        remove_pictures(conn, id, now)?;
        sql::clear_texts(conn, id)?;
        refund_funding_later(conn, id, now)?;
    }
    Ok(batch.next(&ids))
}

fn remove_pictures(conn: &mut Conn, id: FundingId, now: Timestamp) -> Result<(), StorageError> {
    let pictures = sql::find_pictures(conn, id)?;
    sql::clear_pictures(conn, id)?;
    for name in [pictures.image, pictures.review_image]
        .into_iter()
        .flatten()
    {
        media::release(conn, &name, now)?;
    }
    Ok(())
}

/// Refuses a member who is not the author of this funding.
///
/// # Errors
/// [`EditRefusal`].
pub fn must_be_author(
    conn: &mut Conn,
    member: AccountKey,
    id: FundingId,
) -> Result<(), EditRefusal> {
    let facts = visibility::find_facts(conn, id, member.into())?.filter(|facts| !facts.hidden);
    let facts = facts.ok_or(EditRefusal::NoSuchFunding)?;
    if facts.author == member {
        Ok(())
    } else {
        Err(EditRefusal::NotAuthor)
    }
}
