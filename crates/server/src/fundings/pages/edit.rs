//! Editing a funding: what may still change.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::ids::FundingId;

use super::fields::{picture, read_words};
use super::open::FundingForm;
use super::own::{apply, find_own};
use super::show::funding_id;
use crate::accounts::{PageMember, SignedForm, Visitor};
use crate::db::StorageError;
use crate::fundings::visibility::EVERYBODY;
use crate::fundings::write::FundingEdit;
use crate::site::{Form, Tab, page, refused_form, see_other};
use crate::state::AppState;
use crate::web::{AppError, PathInput};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/fundings/{id}/edit", get(ask).post(edit))
}

async fn ask(
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
