//! What an author does: opening a funding, editing it, deleting it, writing the review.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::fundings::{Audience, Deadline};
use funsun_domain::ids::FundingId;
use funsun_domain::money::Goal;
use funsun_domain::text::{Content, Review, Title};
use funsun_domain::time::Timestamp;

use super::show::{Missing, funding_id};
use crate::accounts::{
    self, Member, PageMember, PictureEdit, SignedForm, Visitor, picture_edit, write_as,
};
use crate::db::{Conn, StorageError};
use crate::fundings::card::{CardRow, DetailRow};
use crate::fundings::visibility::EVERYBODY;
use crate::fundings::write::{
    FundingEdit, NewFunding, delete_funding, edit_funding, must_be_author, open_funding,
};
use crate::fundings::{EditRefusal, sql};
use crate::payments::Timing;
use crate::site::small_pages::Confirm;
use crate::site::{Form, Shell, Tab, Texts, format, page, refused_form, see_other};
use crate::state::AppState;
use crate::supports;
use crate::web::{AppError, Input, PathInput};

/// Days that a new funding runs, unless its author chooses.
const DAYS: i64 = 30;

pub(super) fn router() -> Router<AppState> {
    Router::new()
        .route("/fundings/new", get(ask).post(open))
        .route("/fundings/{id}/edit", get(ask_edit).post(edit))
        .route("/fundings/{id}/delete", get(ask_delete).post(delete))
        .route("/fundings/{id}/review", get(ask_review).post(review))
}

#[derive(Template)]
#[template(path = "fundings/form.html")]
struct FundingForm {
    shell: Shell,
    form: Form,
    action: String,
    /// A new one: goal and deadline can be chosen.
    new: bool,
    /// The author has no bank account on file.
    no_bank: bool,
    first_day: String,
    last_day: String,
    button: &'static str,
}

#[derive(Template)]
#[template(path = "fundings/review.html")]
struct ReviewForm {
    shell: Shell,
    form: Form,
    id: i64,
    has_picture: bool,
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

/// Title, text and audience, as every form of a funding has them.
fn read_words(
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

/// The picture sent with a form; one that is not taken is told at its field.
async fn picture(
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

/// A funding that this member opened.
async fn find_own(
    state: &AppState,
    member: Member,
    id: FundingId,
) -> Result<(CardRow, DetailRow), AppError> {
    let find = move |conn: &mut Conn| -> Result<_, EditRefusal> {
        must_be_author(conn, member.key, id)?;
        Ok(sql::find_detail(conn, id, member.key.get())?)
    };
    match state.db.read(find).await {
        Ok(Some((card, _, detail))) => Ok((card, detail)),
        Ok(None) | Err(EditRefusal::NoSuchFunding) => Err(Missing::Unknown.into()),
        Err(EditRefusal::NotAuthor) => Err(AppError::forbidden(
            "not_author",
            "only the author can do this",
        )),
        Err(EditRefusal::Storage(error)) => Err(error.into()),
    }
}

async fn ask_edit(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    PathInput(id): PathInput<String>,
) -> Result<Response, AppError> {
    let id = funding_id(&id)?;
    let (card, detail) = find_own(&state, member, id).await?;
    let public = card.visible_to == EVERYBODY;
    let form = Form::default()
        .with("title", card.title)
        .with("content", detail.content)
        .with("public", public.to_string());
    page(&edit_form(&state, &visitor, id, form).await?)
}

async fn edit_form(
    state: &AppState,
    visitor: &Visitor,
    id: FundingId,
    form: Form,
) -> Result<FundingForm, StorageError> {
    let title = form.title(visitor.t, visitor.t.say("open.edit_title"));
    Ok(FundingForm {
        shell: visitor.shell(state, Tab::None, title).await?,
        form,
        action: format!("/fundings/{}/edit", id.get()),
        new: false,
        no_bank: false,
        first_day: String::new(),
        last_day: String::new(),
        button: "settings.save",
    })
}

async fn edit(
    State(state): State<AppState>,
    PathInput(id): PathInput<String>,
    SignedForm {
        member,
        visitor,
        input,
    }: SignedForm,
) -> Result<Response, AppError> {
    let id = funding_id(&id)?;
    find_own(&state, member, id).await?;
    let mut form = Form::default();
    let (title, content, audience) = read_words(&mut form, &input, visitor.t);
    let picture = picture(&state, member, &input, "image", &mut form, visitor.t).await;
    if !form.is_good() {
        return refused_form(&edit_form(&state, &visitor, id, form).await?);
    }
    let edit = FundingEdit {
        title,
        content,
        audience,
        picture,
        ..FundingEdit::default()
    };
    apply(&state, member, id, edit).await?;
    Ok(see_other(&format!("/fundings/{}?done=edited", id.get())))
}

async fn apply(
    state: &AppState,
    member: Member,
    id: FundingId,
    edit: FundingEdit,
) -> Result<(), AppError> {
    let now = state.clock.now();
    let change = move |conn: &mut Conn| edit_funding(conn, member.key, id, &edit, now);
    write_as(state, member, change).await??;
    state.jobs_now.notify_one();
    Ok(())
}

async fn ask_delete(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    PathInput(id): PathInput<String>,
) -> Result<Response, AppError> {
    let id = funding_id(&id)?;
    let (card, _) = find_own(&state, member, id).await?;
    let count = move |conn: &mut Conn| supports::sql::count(conn, id);
    let supports = state.db.read(count).await?;
    let t = visitor.t;
    let amount = t.won(card.collected_amount);
    let values: [(&str, &dyn std::fmt::Display); 2] = [("count", &supports), ("amount", &amount)];
    page(&Confirm {
        lines: vec![
            t.fill("delete.money", values),
            t.say("delete.gone").to_owned(),
            t.say("delete.told").to_owned(),
        ],
        shell: visitor
            .shell(
                &state,
                Tab::None,
                t.fill("delete.title", [("title", card.title)]),
            )
            .await?,
        action: format!("/fundings/{}/delete", id.get()),
        button: "delete.button",
        back: format!("/fundings/{}", id.get()),
    })
}

async fn delete(
    State(state): State<AppState>,
    PathInput(id): PathInput<String>,
    SignedForm { member, input, .. }: SignedForm,
) -> Result<Response, AppError> {
    let id = funding_id(&id)?;
    find_own(&state, member, id).await?;
    if input.optional_text("sure")?.is_none() {
        return Ok(see_other(&format!("/fundings/{}/delete", id.get())));
    }
    let (now, timing) = (state.clock.now(), Timing::from(&state.config));
    let delete = move |conn: &mut Conn| delete_funding(conn, member.key, id, now, timing);
    write_as(&state, member, delete).await??;
    state.sweep_now.notify_one();
    state.jobs_now.notify_one();
    Ok(see_other("/?done=deleted"))
}

async fn ask_review(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    PathInput(id): PathInput<String>,
) -> Result<Response, AppError> {
    let id = funding_id(&id)?;
    let (_, detail) = find_own(&state, member, id).await?;
    let form = Form::default().with("review", detail.review.clone().unwrap_or_default());
    page(&review_form(&state, &visitor, id, &detail, form).await?)
}

async fn review_form(
    state: &AppState,
    visitor: &Visitor,
    id: FundingId,
    detail: &DetailRow,
    form: Form,
) -> Result<ReviewForm, StorageError> {
    let title = form.title(visitor.t, visitor.t.say("review.title"));
    Ok(ReviewForm {
        shell: visitor.shell(state, Tab::None, title).await?,
        form,
        id: id.get(),
        has_picture: detail.review_image.is_some(),
    })
}

async fn review(
    State(state): State<AppState>,
    PathInput(id): PathInput<String>,
    SignedForm {
        member,
        visitor,
        input,
    }: SignedForm,
) -> Result<Response, AppError> {
    let id = funding_id(&id)?;
    let (_, detail) = find_own(&state, member, id).await?;
    let t = visitor.t;
    let mut form = Form::default();
    let review = form.read(
        &input,
        "review",
        str::parse::<Review>,
        t.say("review.error"),
    );
    let picture = picture(&state, member, &input, "review_image", &mut form, t).await;
    if !form.is_good() {
        return refused_form(&review_form(&state, &visitor, id, &detail, form).await?);
    }
    let edit = FundingEdit {
        review,
        review_picture: picture,
        ..FundingEdit::default()
    };
    apply(&state, member, id, edit).await?;
    Ok(see_other(&format!("/fundings/{}?done=reviewed", id.get())))
}
