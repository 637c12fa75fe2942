//! Editing the changeable fields of a funding.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::fundings::Audience;

use super::fields::read_text_fields;
use super::own::{apply, find_own, picture_of};
use super::show::funding_id;
use crate::db::{Conn, StorageError};
use crate::fundings::card::CardRow;
use crate::fundings::write::FundingEdit;
use crate::identity::{PageMember, SignedForm, Visitor};
use crate::media::PicturePaths;
use crate::media::{IMAGE, read_picture};
use crate::payments::{StepContext, cap};
use crate::site::{Form, Shell, Tab, page, refused_form, see_other};
use crate::state::AppState;
use crate::visibility::EVERYBODY;
use http::Method;
use web::rate_limit::Class;
use web::{AppError, PathInput, Routes};

pub(super) fn router() -> Routes<AppState> {
    Routes::new()
        .route("/fundings/{id}/edit", get(show_form).post(edit))
        .method_limited(&Method::POST, Class::Upload)
}

#[derive(Template)]
#[template(path = "fundings/edit.html")]
struct EditForm {
    shell: Shell,
    form: Form,
    id: i64,
    picture: Option<PicturePaths>,
}

async fn show_form(
    State(state): State<AppState>,
    PageMember { member, visitor }: PageMember,
    PathInput(id): PathInput<String>,
) -> Result<Response, AppError> {
    let id = funding_id(&id)?;
    let (card, detail) = find_own(&state, member, id).await?;
    let public = card.visible_to == EVERYBODY;
    let form = Form::default()
        .with("title", card.title.clone())
        .with("content", detail.content)
        .with("public", public.to_string());
    page(&view(&state, &visitor, card, form).await?)
}

async fn view(
    state: &AppState,
    visitor: &Visitor,
    card: CardRow,
    form: Form,
) -> Result<EditForm, StorageError> {
    let title = form.title(visitor.t, visitor.t.say("open.edit_title"));
    Ok(EditForm {
        shell: visitor.shell(state, Tab::None, title).await?,
        id: card.id,
        picture: picture_of(state, &card, &form, IMAGE, card.image.clone()),
        form,
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
    let (card, _) = find_own(&state, member, id).await?;
    let mut form = Form::default();
    let (title, content, audience) = read_text_fields(&mut form, &input, visitor.t);
    if audience == Some(Audience::Public) {
        let cx = StepContext::new(&state);
        let may = move |conn: &mut Conn| cap::may_be_public(conn, id, cx);
        if !state.db.read(may).await? {
            form.refuse("public", visitor.t.say("edit.too_much_for_public"));
        }
    }
    let picture = read_picture(&state, member, &input, IMAGE, &mut form, visitor.t).await;
    if !form.is_good() {
        return refused_form(&view(&state, &visitor, card, form).await?);
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
