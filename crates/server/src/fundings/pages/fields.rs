//! What the forms of a funding share: its words.

use funsun_domain::fundings::Audience;
use funsun_domain::text::{Content, Title};

use crate::site::{Form, Texts};
use web::Input;

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
