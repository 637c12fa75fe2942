//! Thanks for a support, by the funding's author.

use funsun_domain::ids::{AccountKey, SupportId};
use funsun_domain::text::Thanks;
use funsun_domain::time::Timestamp;
use thiserror::Error;

use super::sql;
use crate::db::{Conn, StorageError};
use crate::fundings::{self, EditRefusal};
use crate::notifications::{self, ThanksEvent};

/// Why thanks are refused.
#[derive(Debug, Error)]
pub enum ThankRefusal {
    /// No support with this id in a funding that is visible to the caller.
    #[error("id: there is no such support")]
    NoSuchSupport,
    /// The caller is not the funding's author.
    #[error("id: only the funding's author can thank for this support")]
    NotAuthor,
    /// The support was taken back.
    #[error("id: this support was taken back")]
    TakenBack,
    /// The database failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// Stores the thanks of `author` for a support of their funding. It may be changed later; the supporter is notified
/// once.
///
/// # Errors
/// [`ThankRefusal`].
pub fn thank(
    conn: &mut Conn,
    author: AccountKey,
    id: SupportId,
    text: &Thanks,
    now: Timestamp,
) -> Result<(), ThankRefusal> {
    let facts = sql::find_to_thank(conn, id)?.ok_or(ThankRefusal::NoSuchSupport)?;
    fundings::must_be_author(conn, author, facts.funding)?;
    if facts.taken_back {
        return Err(ThankRefusal::TakenBack);
    }
    sql::set_thanks(conn, id, text.as_str(), now)?;
    if !facts.thanked {
        let event = ThanksEvent {
            funding: facts.funding,
            support: id,
            author,
            supporter: facts.supporter,
        };
        notifications::thanked(conn, event, now)?;
    }
    Ok(())
}

impl From<EditRefusal> for ThankRefusal {
    fn from(refusal: EditRefusal) -> Self {
        match refusal {
            // The latter is about edits only.
            EditRefusal::NoSuchFunding | EditRefusal::TooMuchForPublic => Self::NoSuchSupport,
            EditRefusal::NotAuthor => Self::NotAuthor,
            EditRefusal::Storage(error) => Self::Storage(error),
        }
    }
}
