//! The preview of a funding before it is opened. Only its picture is stored, for the form.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use super::submission::{self, Submission};
use super::{find_author, view};
use crate::identity::SignedForm;
use crate::media::PicturePaths;
use crate::media::{IMAGE, kept_picture};
use crate::people::face;
use crate::site::{Face, Form, Shell, Tab, page, refused_form, see_other};
use crate::state::AppState;
use http::Method;
use web::rate_limit::Class;
use web::{AppError, Routes};

/// A GET, by a link or after logging in, redirects to the form.
pub(super) fn router() -> Routes<AppState> {
    let to_form = || async { see_other("/fundings/new") };
    Routes::new()
        .route("/fundings/new/preview", get(to_form).post(show))
        .method_limited(&Method::POST, Class::Upload)
        .route("/fundings/new/change", get(to_form).post(change))
        .method_limited(&Method::POST, Class::Upload)
}

#[derive(Template)]
#[template(path = "fundings/preview.html")]
struct Preview {
    shell: Shell,
    form: Form,
    no_bank: bool,
    picture: Option<PicturePaths>,
    author: Face,
    public: bool,
    title: String,
    content: String,
    none_yet: String,
    goal: String,
    left: String,
    deadline: String,
}

async fn show(
    State(state): State<AppState>,
    SignedForm {
        member,
        visitor,
        input,
    }: SignedForm,
) -> Result<Response, AppError> {
    let t = visitor.t;
    let Submission { form, funding } = submission::read(&state, member, &input, t).await;
    let Some(funding) = funding else {
        return refused_form(&view(&state, member, &visitor, form).await?);
    };
    let row = find_author(&state, member).await?;
    let deadline = funding.deadline.at();
    page(&Preview {
        shell: visitor
            .shell(&state, Tab::Open, t.say("open.preview_title"))
            .await?,
        no_bank: row.bank_account.is_none(),
        picture: kept_picture(&form, IMAGE),
        form,
        author: face(row.kakao_id, row.username, row.image.as_deref(), t),
        public: funding.audience.is_public(),
        title: funding.title.into_string(),
        content: funding.content.into_string(),
        none_yet: t.won(0),
        goal: t.won(funding.goal.won().get()),
        left: t.time_left(deadline, state.clock.now()),
        deadline: t.moment(deadline),
    })
}

/// Returns to the form with all its fields.
async fn change(
    State(state): State<AppState>,
    SignedForm {
        member,
        visitor,
        input,
    }: SignedForm,
) -> Result<Response, AppError> {
    let form = submission::keep(&state, member, &input, visitor.t).await;
    page(&view(&state, member, &visitor, form).await?)
}
