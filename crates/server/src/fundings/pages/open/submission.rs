//! Parsing the form of a new funding.

use funsun_domain::fundings::Deadline;
use funsun_domain::money::Goal;
use funsun_domain::time::Timestamp;

use crate::fundings::pages::fields::read_text_fields;
use crate::fundings::write::NewFunding;
use crate::identity::Member;
use crate::media::{IMAGE, PictureEdit, read_picture};
use crate::site::{Form, Texts, form_key, format};
use crate::state::AppState;
use web::Input;

/// Form fields that are not part of the funding.
const OTHERS: [&str; 4] = ["link", "filled_title", "filled_image", "terms"];

/// A submitted form, and the funding if every field is valid.
pub(super) struct Submission {
    pub(super) form: Form,
    /// `None` when a field is invalid.
    pub(super) funding: Option<NewFunding>,
}

/// Parses all fields, and adds the errors to the form.
pub(super) async fn read(state: &AppState, member: Member, input: &Input, t: Texts) -> Submission {
    let mut form = Form::default();
    let (title, content, audience) = read_text_fields(&mut form, input, t);
    let goal = form.read(input, "goal_amount", parse_goal, t.say("open.goal_error"));
    let deadline = read_deadline(&mut form, input, state.clock.now());
    if deadline.is_none() {
        form.refuse("date", t.say("open.date_error"));
    }
    let form_key = form.read(input, "attempt", form_key::parse, "");
    if form_key.is_none() {
        form.set("attempt", form_key::new());
        form.refuse("form", t.say("form.again"));
    }
    let image = read_rest(state, member, input, &mut form, t).await;
    let funding = match (title, content, audience, goal, deadline) {
        (Some(title), Some(content), Some(audience), Some(goal), Some(deadline))
            if form.is_good() =>
        {
            Some(NewFunding {
                title,
                content,
                goal,
                audience,
                deadline,
                image,
                form_key,
            })
        }
        _ => None,
    };
    Submission { form, funding }
}

/// Keeps the input without validating it.
pub(super) async fn keep(state: &AppState, member: Member, input: &Input, t: Texts) -> Form {
    let mut form = Form::default();
    for name in [
        "title",
        "content",
        "goal_amount",
        "date",
        "time",
        "public",
        "attempt",
    ] {
        form.text(input, name);
    }
    if form_key::parse(form.value("attempt")).is_err() {
        form.set("attempt", form_key::new());
    }
    read_rest(state, member, input, &mut form, t).await;
    form
}

async fn read_rest(
    state: &AppState,
    member: Member,
    input: &Input,
    form: &mut Form,
    t: Texts,
) -> Option<crate::media::NewPicture> {
    for name in OTHERS {
        form.text(input, name);
    }
    match read_picture(state, member, input, IMAGE, form, t).await {
        PictureEdit::Replace(picture) => Some(picture),
        PictureEdit::Keep | PictureEdit::Remove => None,
    }
}

fn read_deadline(form: &mut Form, input: &Input, now: Timestamp) -> Option<Deadline> {
    let at = ["date", "time"]
        .map(|name| form.text(input, name))
        .join("T");
    Deadline::new(Timestamp::parse(&at).ok()?, now).ok()
}

fn parse_goal(text: &str) -> Result<Goal, &'static str> {
    Goal::new(format::parse_won(text)?).map_err(|_| "out of bounds")
}
