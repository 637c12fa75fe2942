//! The author's review.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::text::Review;

use super::own::{apply, find_own, picture_of};
use super::show::funding_id;
use crate::db::StorageError;
use crate::fundings::card::{CardRow, DetailRow};
use crate::fundings::write::FundingEdit;
use crate::identity::{PageMember, SignedForm, Visitor};
use crate::media::PicturePaths;
use crate::media::{REVIEW_IMAGE, read_picture};
use crate::site::{Form, Shell, Tab, page, refused_form, see_other};
use crate::state::AppState;
use http::Method;
use web::rate_limit::Class;
use web::{AppError, PathInput, Routes};

pub(super) fn router() -> Routes<AppState> {
    Routes::new()
        .route("/fundings/{id}/review", get(show_form).post(review))
        .method_limited(&Method::POST, Class::Upload)
}

#[derive(Template)]
#[template(path = "fundings/review.html")]
struct ReviewForm {
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
    let form = Form::default().with("review", detail.review.clone().unwrap_or_default());
    page(&view(&state, &visitor, &card, detail, form).await?)
}

async fn view(
    state: &AppState,
    visitor: &Visitor,
    card: &CardRow,
    detail: DetailRow,
    form: Form,
) -> Result<ReviewForm, StorageError> {
    let title = form.title(visitor.t, visitor.t.say("review.title"));
    Ok(ReviewForm {
        shell: visitor.shell(state, Tab::None, title).await?,
        id: card.id,
        picture: picture_of(state, card, &form, REVIEW_IMAGE, detail.review_image),
        form,
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
    let (card, detail) = find_own(&state, member, id).await?;
    let t = visitor.t;
    let mut form = Form::default();
    let review = form.read(
        &input,
        "review",
        str::parse::<Review>,
        t.say("review.error"),
    );
    let picture = read_picture(&state, member, &input, REVIEW_IMAGE, &mut form, t).await;
    if !form.is_good() {
        return refused_form(&view(&state, &visitor, &card, detail, form).await?);
    }
    let edit = FundingEdit {
        review,
        review_picture: picture,
        ..FundingEdit::default()
    };
    apply(&state, member, id, edit).await?;
    Ok(see_other(&format!("/fundings/{}?done=reviewed", id.get())))
}
