//! What the forms of a funding share: its words and pictures.

use funsun_domain::fundings::Audience;
use funsun_domain::text::{Content, Title};

use crate::accounts::{Member, PictureEdit, picture_edit};
use crate::site::{Form, Texts};
use crate::state::AppState;
use crate::web::Input;

/// Title, text and audience, as every form of a funding has them.
pub(super) fn read_words(
    form: &mut Form,
    input: &Input,
    t: Texts,
) -> (Option<Title>, Option<Content>, Option<Audience>) {
    let title = form.read(
        input,
        "title",
        str::parse::<Title>,
        t.say("open.title_error"),
    );
    let content = form.read(
        input,
        "content",
        str::parse::<Content>,
        t.say("open.content_error"),
    );
    let audience = form.read(
        input,
        "public",
        str::parse::<bool>,
        t.say("open.public_error"),
    );
    (title, content, audience.map(Audience::from_public))
}

/// The picture sent with a form; one that is not taken is told at its field.
pub(super) async fn picture(
    state: &AppState,
    member: Member,
    input: &Input,
    field: &'static str,
    form: &mut Form,
    t: Texts,
) -> PictureEdit {
    match picture_edit(state, member, input, field).await {
        Ok(edit) => edit,
        Err(error) => {
            let message = if error.status().is_server_error() {
                "error.unavailable.text"
            } else {
                "edit.image_error"
            };
            form.refuse(field, t.say(message));
            PictureEdit::Keep
        }
    }
}
