//! Opening a funding.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::fundings::Deadline;
use funsun_domain::money::Goal;
use funsun_domain::time::Timestamp;

use super::fields::{picture, read_words};
use crate::accounts::{self, Member, PageMember, PictureEdit, SignedForm, Visitor, write_as};
use crate::db::Conn;
use crate::fundings::write::{NewFunding, open_funding};
use crate::site::{Form, Shell, Tab, format, page, refused_form, see_other};
use crate::state::AppState;
use crate::web::AppError;

/// Days that a new funding runs, unless its author chooses.
const DAYS: i64 = 30;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/fundings/new", get(ask).post(open))
}

/// The form of a funding, for a new one and for one that is edited.
#[derive(Template)]
#[template(path = "fundings/form.html")]
pub(super) struct FundingForm {
    pub(super) shell: Shell,
    pub(super) form: Form,
    pub(super) action: String,
    /// A new one: goal and deadline can be chosen.
    pub(super) new: bool,
    /// The author has no bank account on file.
    pub(super) no_bank: bool,
    pub(super) first_day: String,
    pub(super) last_day: String,
    pub(super) button: &'static str,
}

async fn has_bank(state: &AppState, member: Member) -> Result<bool, AppError> {
    let find = move |conn: &mut Conn| accounts::sql::find_own(conn, member.key);
    let row = state.db.read(find).await?;
    Ok(row.is_some_and(|row| row.bank_account.is_some()))
}

fn day(at: Timestamp) -> String {
    at.to_seoul()[..10].to_owned()
}

async fn ask(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
) -> Result<Response, AppError> {
    let last = state.clock.now().plus_seconds(DAYS * 86_400);
    let form = Form::default()
        .with("public", "true")
        .with("date", day(last))
        .with("time", "23:59");
    page(&new_form(&state, member, &visitor, form).await?)
}

async fn new_form(
    state: &AppState,
    member: Member,
    visitor: &Visitor,
    form: Form,
) -> Result<FundingForm, AppError> {
    let (t, now) = (visitor.t, state.clock.now());
    let title = form.title(t, t.say("nav.open"));
    Ok(FundingForm {
        shell: visitor.shell(state, Tab::Open, title).await?,
        form,
        action: "/fundings/new".to_owned(),
        new: true,
        no_bank: !has_bank(state, member).await?,
        first_day: day(now),
        last_day: day(now.plus_seconds((Deadline::DAYS_MAX - 1) * 86_400)),
        button: "open.button",
    })
}

fn parse_goal(text: &str) -> Result<Goal, &'static str> {
    Goal::new(format::parse_won(text)?).map_err(|_| "out of bounds")
}

async fn open(
    State(state): State<AppState>,
    SignedForm {
        member,
        visitor,
        input,
    }: SignedForm,
) -> Result<Response, AppError> {
    let (t, now) = (visitor.t, state.clock.now());
    let mut form = Form::default();
    let (title, content, audience) = read_words(&mut form, &input, t);
    let goal = form.read(&input, "goal_amount", parse_goal, t.say("open.goal_error"));
    let at = ["date", "time"]
        .map(|name| form.text(&input, name))
        .join("T");
    let at = Timestamp::parse(&at).ok();
    let deadline = at.and_then(|at| Deadline::new(at, now).ok());
    if deadline.is_none() {
        form.refuse("date", t.say("open.date_error"));
    }
    if input.optional_text("terms")?.is_none() {
        form.refuse("terms", t.say("open.terms_error"));
    }
    if !has_bank(&state, member).await? {
        form.refuse("form", t.say("me.no_bank"));
    }
    let picture = picture(&state, member, &input, "image", &mut form, t).await;
    let (Some(title), Some(content), Some(audience), Some(goal), Some(deadline), true) =
        (title, content, audience, goal, deadline, form.is_good())
    else {
        return refused_form(&new_form(&state, member, &visitor, form).await?);
    };
    let funding = NewFunding {
        title,
        content,
        goal,
        audience,
        deadline,
        image: match picture {
            PictureEdit::Replace(picture) => Some(picture),
            PictureEdit::Keep | PictureEdit::Remove => None,
        },
    };
    let open = move |conn: &mut Conn| open_funding(conn, member.key, &funding, now);
    let id = write_as(&state, member, open).await??;
    Ok(see_other(&format!("/fundings/{}?done=opened", id.get())))
}
