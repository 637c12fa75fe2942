//! Opening a funding: the form, filling it in from a link, its preview, and the opening itself.

mod link;
mod preview;
mod submission;

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::fundings::Deadline;
use funsun_domain::money::Goal;
use funsun_domain::time::Timestamp;

use self::submission::Submission;
use crate::db::Conn;
use crate::fundings::write::open_funding;
use crate::identity::{Member, PageMember, SignedForm, Visitor, account_gone, write_as};
use crate::media::PicturePaths;
use crate::media::{IMAGE, kept_picture};
use crate::people::{self, ProfileRow, face};
use crate::site::{Face, Form, Shell, Tab, form_key, page, refused_form, see_other};
use crate::state::AppState;
use http::Method;
use web::rate_limit::Class;
use web::{AppError, Routes};

/// Default duration of a new funding, in days.
const DAYS: i64 = 30;

/// Goals to choose from, in won.
const GOALS: [i64; 4] = [30_000, 50_000, 100_000, 200_000];

/// Deadlines to choose from: their text key, and days from now.
const DEADLINES: [(&str, i64); 3] = [
    ("open.in_a_week", 7),
    ("open.in_two_weeks", 14),
    ("open.in_a_month", 30),
];

pub(super) fn router() -> Routes<AppState> {
    Routes::new()
        .route("/fundings/new", get(show_form).post(open))
        .method_limited(&Method::POST, Class::Upload)
        .merge(link::router())
        .merge(preview::router())
}

#[derive(Template)]
#[template(path = "fundings/open.html")]
struct OpenPage {
    shell: Shell,
    form: Form,
    author: Face,
    /// The author has no bank account on file.
    no_bank: bool,
    /// An opaque key of the draft's owner; reveals nothing about the member.
    owner: String,
    picture: Option<PicturePaths>,
    /// The outcome of filling in from a link, as text.
    found: Option<String>,
    first_day: String,
    last_day: String,
    /// The most that a public funding collects, as text, if a goal may be higher.
    cap: Option<String>,
    /// For how many days payments by card can be refunded, if a funding may last longer.
    refund_days: Option<String>,
    goals: Vec<(i64, String)>,
    deadlines: Vec<(&'static str, String)>,
}

async fn find_author(state: &AppState, member: Member) -> Result<ProfileRow, AppError> {
    let row = people::read_own(state, member.key).await?;
    row.ok_or_else(account_gone)
}

fn day(at: Timestamp) -> String {
    at.to_seoul()[..10].to_owned()
}

fn in_days(state: &AppState, days: i64) -> String {
    day(state.clock.now().plus_seconds(days * 86_400))
}

async fn show_form(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
) -> Result<Response, AppError> {
    let form = Form::default()
        .with("attempt", form_key::new())
        .with("public", "true")
        .with("date", in_days(&state, DAYS))
        .with("time", "23:59");
    page(&view(&state, member, &visitor, form).await?)
}

async fn view(
    state: &AppState,
    member: Member,
    visitor: &Visitor,
    form: Form,
) -> Result<OpenPage, AppError> {
    let t = visitor.t;
    let title = form.title(t, t.say("nav.open"));
    let row = find_author(state, member).await?;
    let owner = state.tokens.sign("draft", &member.key.get().to_string());
    Ok(OpenPage {
        shell: visitor.shell(state, Tab::Open, title).await?,
        no_bank: row.bank_account.is_none(),
        author: face(row.kakao_id, row.username, row.image.as_deref(), t),
        owner,
        picture: kept_picture(&form, IMAGE),
        found: None,
        form,
        first_day: in_days(state, 0),
        last_day: in_days(state, Deadline::DAYS_MAX - 1),
        cap: Some(state.config.payments.public_cap)
            .filter(|cap| *cap < Goal::MAX)
            .map(|cap| t.won(cap)),
        refund_days: Some(state.config.payments.card_refund_days)
            .filter(|days| *days < Deadline::DAYS_MAX)
            .map(|days| days.to_string()),
        goals: GOALS.map(|won| (won, t.won(won))).to_vec(),
        deadlines: DEADLINES
            .map(|(key, days)| (t.say(key), in_days(state, days)))
            .to_vec(),
    })
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
    let Submission { mut form, funding } = submission::read(&state, member, &input, t).await;
    if !form.is("terms", "1") {
        form.refuse("terms", t.say("open.terms_error"));
    }
    if find_author(&state, member).await?.bank_account.is_none() {
        form.refuse("bank", t.say("me.no_bank"));
    }
    let (Some(funding), true) = (funding, form.is_good()) else {
        return refused_form(&view(&state, member, &visitor, form).await?);
    };
    let open = move |conn: &mut Conn| open_funding(conn, member.key, &funding, now);
    let id = write_as(&state, member, open).await??;
    // Only the draft of this form is deleted (site.js).
    Ok(see_other(&format!(
        "/fundings/{}?done=opened#{}",
        id.get(),
        form.value("attempt")
    )))
}
