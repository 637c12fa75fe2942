//! The picture of a form: one that is uploaded now, or one kept from an earlier submission of the form.

use super::picture_edit::{PictureEdit, picture_edit};
use super::store::PicturePaths;
use super::waiting::{find_waiting, keep_for_form, waiting_paths};
use crate::identity::Member;
use crate::site::{Form, Texts};
use crate::state::AppState;
use web::{AppError, Input};

/// The form fields of one picture.
#[derive(Clone, Copy, Debug)]
pub struct PictureField {
    /// The file; error messages appear at this field.
    pub file: &'static str,
    /// The token of a kept picture.
    pub kept: &'static str,
}

/// The picture of a profile or a funding.
pub const IMAGE: PictureField = PictureField {
    file: "image",
    kept: "image_kept",
};

/// The picture of a review.
pub const REVIEW_IMAGE: PictureField = PictureField {
    file: "review_image",
    kept: "review_image_kept",
};

/// Reads the picture of a form. An accepted picture stays in the form, so that it need not be uploaded again
/// when the form is shown again; a refusal becomes an error of the file's field.
pub async fn read_picture(
    state: &AppState,
    member: Member,
    input: &Input,
    field: PictureField,
    form: &mut Form,
    t: Texts,
) -> PictureEdit {
    let token = input.optional_text(field.kept).ok().flatten();
    let token = token.unwrap_or_default();
    let kept = find_kept(state, member, &token).await;
    if let Ok(PictureEdit::Replace(_)) = kept {
        form.set(field.kept, token);
    }
    let edit = match picture_edit(state, member, input, field.file).await {
        Ok(PictureEdit::Keep) => kept,
        Ok(PictureEdit::Replace(picture)) => match keep_for_form(state, member.key, &picture).await
        {
            Ok(token) => {
                form.set(field.kept, token);
                Ok(PictureEdit::Replace(picture))
            }
            Err(error) => Err(message(&error.into())),
        },
        Ok(PictureEdit::Remove) => {
            form.set(field.kept, "");
            Ok(PictureEdit::Remove)
        }
        Err(error) => Err(message(&error)),
    };
    edit.unwrap_or_else(|message| {
        form.refuse(field.file, t.say(message));
        PictureEdit::Keep
    })
}

async fn find_kept(
    state: &AppState,
    member: Member,
    token: &str,
) -> Result<PictureEdit, &'static str> {
    if token.is_empty() {
        return Ok(PictureEdit::Keep);
    }
    match find_waiting(state, member.key, token).await {
        Ok(Some(picture)) => Ok(PictureEdit::Replace(picture)),
        Ok(None) => Err("edit.image_lost"),
        Err(error) => Err(message(&error)),
    }
}

/// The text key for a refused picture: a server error is not reported as a fault of the file.
fn message(error: &AppError) -> &'static str {
    if error.status().is_server_error() {
        tracing::error!(code = error.code(), "a picture could not be stored");
        "error.unavailable.text"
    } else {
        "edit.image_error"
    }
}

/// The paths of the picture that is kept for this form.
pub fn kept_picture(form: &Form, field: PictureField) -> Option<PicturePaths> {
    let token = form.value(field.kept);
    (!token.is_empty()).then(|| waiting_paths(token))
}
