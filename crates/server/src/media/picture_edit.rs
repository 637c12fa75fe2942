//! The change that a request makes to a picture: keep, remove or replace.

use super::{NewPicture, accept};
use crate::identity::Member;
use crate::state::AppState;
use web::{AppError, Input};

/// The change to a stored picture.
#[derive(Clone, Debug, Default)]
pub enum PictureEdit {
    /// No change.
    #[default]
    Keep,
    /// It is removed.
    Remove,
    /// It is replaced by another.
    Replace(NewPicture),
}

impl PictureEdit {
    /// The name to store; `None` to leave the column unchanged.
    pub fn name(&self) -> Option<Option<&str>> {
        match self {
            Self::Keep => None,
            Self::Remove => Some(None),
            Self::Replace(picture) => Some(Some(picture.name())),
        }
    }
}

/// Reads `field` and `{field}_delete` of a request; a new picture takes precedence over `delete`.
///
/// # Errors
/// As [`accept`].
pub async fn picture_edit(
    state: &AppState,
    member: Member,
    input: &Input,
    field: &str,
) -> Result<PictureEdit, AppError> {
    let delete = input.optional_text(&format!("{field}_delete"))?;
    Ok(match input.file(field) {
        Some(upload) => PictureEdit::Replace(accept(state, member.key, field, upload).await?),
        None if delete.as_deref() == Some("delete") => PictureEdit::Remove,
        None => PictureEdit::Keep,
    })
}
