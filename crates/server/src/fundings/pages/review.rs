//! The author's review.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::ids::FundingId;
use funsun_domain::text::Review;

use super::fields::picture;
use super::own::{apply, find_own};
use super::show::funding_id;
use crate::accounts::{PageMember, SignedForm, Visitor};
use crate::db::StorageError;
use crate::fundings::card::DetailRow;
use crate::fundings::write::FundingEdit;
use crate::site::{Form, Shell, Tab, page, refused_form, see_other};
use crate::state::AppState;
use crate::web::{AppError, PathInput};

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/fundings/{id}/review", get(ask).post(review))
}

#[derive(Template)]
#[template(path = "fundings/review.html")]
struct ReviewForm {
    shell: Shell,
    form: Form,
    id: i64,
    has_picture: bool,
}

async fn ask(
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
