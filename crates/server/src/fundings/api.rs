//! Single fundings over HTTP.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use funsun_domain::fundings::{Audience, Deadline};
use funsun_domain::ids::FundingId;
use funsun_domain::money::Goal;
use funsun_domain::time::Timestamp;
use http::StatusCode;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::card::Detail;
use super::write::{
    FundingEdit, NewFunding, delete_funding, edit_funding, must_be_author, open_funding,
};
use super::{EditRefusal, sql};
use crate::db::{Conn, StorageError};
use crate::identity::{Member, write_as};
use crate::media::{self, picture_edit};
use crate::payments::StepContext;
use crate::state::AppState;
use http::Method;
use web::rate_limit::Class;
use web::{AppError, Done, Input, Json, Problem, QueryInput, Routes, created, done, no_content};

pub(super) fn router() -> Routes<AppState> {
    Routes::new()
        .operations(routes!(detail, open, edit, delete))
        .method_limited(&Method::POST, Class::Upload)
        .method_limited(&Method::PUT, Class::Upload)
        .operations(routes!(write_review))
        .limited(Class::Upload)
}

/// Fields of a new funding.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the API document")]
struct NewFundingBody {
    /// 2 to 50 characters.
    #[schema(min_length = 2, max_length = 50, example = "민지의 생일 선물")]
    title: String,
    /// 2 to 255 characters.
    #[schema(
        min_length = 2,
        max_length = 255,
        example = "무선 헤드폰을 갖고 싶어요."
    )]
    content: String,
    /// KRW, 1,000 to 10,000,000.
    #[schema(minimum = 1_000, maximum = 10_000_000, example = 150_000)]
    goal_amount: i64,
    /// Everybody may see it; otherwise the author's friends.
    #[schema(example = true)]
    public: bool,
    /// In the future, at most 367 days ahead; Asia/Seoul when no offset is given.
    #[schema(example = "2026-12-24T18:00:00.000")]
    expire_on: String,
    /// PNG, JPEG, WebP or GIF, up to 10 MB and 50 megapixels.
    #[schema(content_media_type = "application/octet-stream")]
    image: Option<String>,
}

/// Fields of an edit; what is absent stays as it is.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the API document")]
struct FundingEditBody {
    /// The funding.
    #[schema(minimum = 1, example = 42)]
    id: i64,
    /// 2 to 50 characters.
    #[schema(min_length = 2, max_length = 50, example = "민지의 생일 선물")]
    title: Option<String>,
    /// 2 to 255 characters.
    #[schema(
        min_length = 2,
        max_length = 255,
        example = "무선 헤드폰을 갖고 싶어요."
    )]
    content: Option<String>,
    /// Everybody may see it; otherwise the author's friends.
    #[schema(example = true)]
    public: Option<bool>,
    /// `delete` removes the picture, unless a new one comes along.
    #[schema(example = "")]
    image_delete: Option<String>,
    /// PNG, JPEG, WebP or GIF, up to 10 MB and 50 megapixels.
    #[schema(content_media_type = "application/octet-stream")]
    image: Option<String>,
    /// The author's thank-you, 2 to 255 characters.
    #[schema(
        min_length = 2,
        max_length = 255,
        example = "덕분에 잘 받았어요. 고마워요!"
    )]
    review: Option<String>,
    /// The picture that comes with it.
    #[schema(content_media_type = "application/octet-stream")]
    review_image: Option<String>,
}

/// Fields of a review.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the API document")]
struct ReviewBody {
    /// The funding.
    #[schema(minimum = 1, example = 42)]
    id: i64,
    /// The author's thank-you, 2 to 255 characters.
    #[schema(
        min_length = 2,
        max_length = 255,
        example = "덕분에 잘 받았어요. 고마워요!"
    )]
    review: String,
    /// The picture that comes with it.
    #[schema(content_media_type = "application/octet-stream")]
    review_image: Option<String>,
}

/// Which funding.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the API document")]
struct FundingIdBody {
    /// The funding.
    #[schema(minimum = 1, example = 42)]
    id: i64,
}

/// A funding
#[utoipa::path(get, path = "/funding/", tag = "funding", security(("bearer" = [])),
    params(("id" = String, Query, description = "the funding", example = "42")),
    responses(
        (status = 200, description = "the funding", body = Detail),
        (status = 204, description = "unknown, or not visible to the caller"),
        (status = 400, description = "no id", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn detail(
    State(state): State<AppState>,
    member: Member,
    query: QueryInput,
) -> Result<Response, AppError> {
    let Ok(id) = query.text("id")?.parse::<FundingId>() else {
        return Ok(no_content());
    };
    let found = find_detail(&state, member, id).await?;
    Ok(found.map_or_else(no_content, |detail| Json(detail).into_response()))
}

/// Open a funding
#[utoipa::path(post, path = "/funding/", tag = "funding", security(("bearer" = [])),
    request_body(content((NewFundingBody = "multipart/form-data"))),
    responses(
        (status = 201, description = "the new funding", body = Detail),
        (status = 400, description = "a field is missing or takes something else", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
        (status = 413, description = "the picture is too large", body = Problem),
        (status = 415, description = "not a picture we take", body = Problem),
    ))]
async fn open(
    State(state): State<AppState>,
    member: Member,
    input: Input,
) -> Result<Response, AppError> {
    let now = state.clock.now();
    let mut funding = NewFunding {
        title: input.required("title", str::parse)?,
        content: input.required("content", str::parse)?,
        goal: Goal::new(input.integer("goal_amount")?)
            .map_err(|error| invalid("goal_amount", &error))?,
        audience: Audience::from_public(input.boolean("public")?),
        deadline: deadline(&input, now)?,
        image: None,
        form_key: None,
    };
    if let Some(upload) = input.file("image") {
        funding.image = Some(media::accept(&state, member.key, "image", upload).await?);
    }
    let create = move |conn: &mut Conn| open_funding(conn, member.key, &funding, now);
    let id = write_as(&state, member, create).await??;
    let detail = find_detail(&state, member, id).await?;
    // The member may have been suspended or have left right after.
    Ok(detail.map_or_else(no_content, |detail| created(&detail)))
}

/// Edit a funding, or write its review
///
/// Title, text, picture, audience and review can change; goal, deadline and author can't.
#[utoipa::path(put, path = "/funding/", tag = "funding", security(("bearer" = [])),
    request_body(content((FundingEditBody = "multipart/form-data"))),
    responses(
        (status = 200, description = "the funding as it is now", body = Detail),
        (status = 400, description = "not the author, or a field takes something else", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
        (status = 413, description = "the picture is too large", body = Problem),
        (status = 415, description = "not a picture we take", body = Problem),
    ))]
async fn edit(
    State(state): State<AppState>,
    member: Member,
    input: Input,
) -> Result<Response, AppError> {
    let id = own_funding_id(&state, member, &input).await?;
    let edit = FundingEdit {
        title: input.optional("title", str::parse)?,
        content: input.optional("content", str::parse)?,
        audience: input.optional_boolean("public")?.map(Audience::from_public),
        picture: picture_edit(&state, member, &input, "image").await?,
        review: input.optional("review", str::parse)?,
        review_picture: picture_edit(&state, member, &input, "review_image").await?,
    };
    apply(&state, member, id, edit).await
}

/// Write the review
///
/// The author's thank-you once the gift has arrived.
#[utoipa::path(post, path = "/funding/review", tag = "funding", security(("bearer" = [])),
    request_body(content((ReviewBody = "multipart/form-data"))),
    responses(
        (status = 200, description = "the funding with its review", body = Detail),
        (status = 400, description = "not the author, or a field takes something else", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
        (status = 413, description = "the picture is too large", body = Problem),
        (status = 415, description = "not a picture we take", body = Problem),
    ))]
async fn write_review(
    State(state): State<AppState>,
    member: Member,
    input: Input,
) -> Result<Response, AppError> {
    let id = own_funding_id(&state, member, &input).await?;
    let edit = FundingEdit {
        review: Some(input.required("review", str::parse)?),
        review_picture: picture_edit(&state, member, &input, "review_image").await?,
        ..FundingEdit::default()
    };
    apply(&state, member, id, edit).await
}

/// Delete a funding
///
/// It is hidden for good, and everybody who paid is refunded.
#[utoipa::path(delete, path = "/funding/", tag = "funding", security(("bearer" = [])),
    request_body = FundingIdBody,
    responses(
        (status = 200, description = "deleted", body = Done),
        (status = 400, description = "not the author", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn delete(
    State(state): State<AppState>,
    member: Member,
    input: Input,
) -> Result<Response, AppError> {
    let id = funding_id(&input)?;
    let cx = StepContext::new(&state);
    let delete = move |conn: &mut Conn| delete_funding(conn, member.key, id, cx);
    write_as(&state, member, delete).await??;
    state.sweep_now.wake_all();
    state.jobs_now.notify_one();
    Ok(done(StatusCode::OK))
}

async fn apply(
    state: &AppState,
    member: Member,
    id: FundingId,
    edit: FundingEdit,
) -> Result<Response, AppError> {
    let cx = StepContext::new(state);
    let change = move |conn: &mut Conn| edit_funding(conn, member.key, id, &edit, cx);
    write_as(state, member, change).await??;
    let detail = find_detail(state, member, id).await?;
    // The funding may have been deleted in another window meanwhile.
    Ok(detail.map_or_else(no_content, |detail| Json(detail).into_response()))
}

async fn find_detail(
    state: &AppState,
    member: Member,
    id: FundingId,
) -> Result<Option<Detail>, StorageError> {
    let find = move |conn: &mut Conn| sql::find_detail(conn, id, member.key.into());
    let found = state.db.read(find).await?;
    Ok(found.map(|rows| Detail::new(rows, &state.media, state.clock.now())))
}

/// Checks the author before pictures are decoded, which is expensive; the transaction checks again.
async fn own_funding_id(
    state: &AppState,
    member: Member,
    input: &Input,
) -> Result<FundingId, AppError> {
    let id = funding_id(input)?;
    state
        .db
        .read(move |conn| must_be_author(conn, member.key, id))
        .await?;
    Ok(id)
}

/// A malformed id gets the same response as one that does not exist.
fn funding_id(input: &Input) -> Result<FundingId, AppError> {
    input
        .text("id")?
        .parse()
        .map_err(|_| EditRefusal::NoSuchFunding.into())
}

fn deadline(input: &Input, now: Timestamp) -> Result<Deadline, AppError> {
    let at = input.required("expire_on", Timestamp::parse)?;
    Deadline::new(at, now).map_err(|error| invalid("expire_on", &error))
}

fn invalid(field: &str, error: &dyn std::fmt::Display) -> AppError {
    AppError::bad_request("invalid_field", format!("{field}: {error}"))
}
