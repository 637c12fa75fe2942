//! The text fields that the forms of a funding share.

use funsun_domain::fundings::Audience;
use funsun_domain::text::{Content, Title};

use crate::site::{Form, Texts};
use web::Input;

/// Reads title, text and audience, which every form of a funding has.
pub(super) fn read_text_fields(
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
