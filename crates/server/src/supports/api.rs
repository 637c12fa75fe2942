//! Supports over HTTP. The wire calls one a `remit`.

use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use funsun_domain::ids::{FundingId, SupportId};
use funsun_domain::money::SupportAmount;
use funsun_domain::supports::SupportTerms;
use funsun_domain::time::Timestamp;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::accept::{AcceptOutcome, AcceptRefusal, accept};
use super::change::{ChangeRefusal, change_message, take_back};
use super::sql::{self, SupportRow};
use crate::db::Conn;
use crate::identity::{Member, write_as};
use crate::payments::{StepContext, not_accepted, refund};
use crate::people::Author;
use crate::state::AppState;
use crate::visibility::Viewer;
use web::paging::{Cursor, PAGE_SIZE, PageParams, PageQuery, Position, next_link, split_page};
use web::{
    AppError, Done, Input, Json, Page, Problem, QueryInput, Routes, created, done, no_content,
};

pub(super) fn router() -> Routes<AppState> {
    Routes::new().operations(routes!(list, give, edit, take_support_back))
}

/// A support as everybody sees it who may see the funding.
#[derive(Serialize, ToSchema)]
struct Support {
    #[schema(example = 7)]
    id: i64,
    #[schema(example = "생일 축하해!")]
    message: String,
    author: Author,
    /// In Asia/Seoul.
    #[schema(example = "2026-11-22T10:00:00+09:00")]
    created_on: String,
}

/// A support as its author sees it.
#[derive(Serialize, ToSchema)]
struct OwnSupport {
    #[serde(flatten)]
    support: Support,
    /// The funding.
    #[schema(example = 42)]
    funding: i64,
    /// KRW.
    #[schema(example = 20_000)]
    amount: i64,
}

/// Fields of a new support.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the API document")]
struct SupportBody {
    /// KRW, exactly what was paid.
    #[schema(minimum = 1_000, maximum = 1_000_000, example = 20_000)]
    amount: i64,
    /// 2 to 255 characters.
    #[schema(min_length = 2, max_length = 255, example = "생일 축하해!")]
    message: String,
    /// The funding.
    #[schema(example = "42")]
    funding: String,
}

/// Fields of an edit.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the API document")]
struct SupportEditBody {
    /// The support.
    #[schema(minimum = 1, example = 7)]
    id: i64,
    /// 2 to 255 characters.
    #[schema(min_length = 2, max_length = 255, example = "생일 축하해!")]
    message: String,
}

/// Which support.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the API document")]
struct SupportIdBody {
    /// The support.
    #[schema(minimum = 1, example = 7)]
    id: i64,
}

/// A funding's supports
///
/// Oldest first. Without a token only public fundings answer. `Link: <…>; rel="next"` leads on.
#[utoipa::path(get, path = "/remit/", tag = "support", security((), ("bearer" = [])),
    params(
        ("id" = String, Query, description = "the funding", example = "42"),
        PageParams,
    ),
    responses(
        (status = 200, description = "a page", body = Vec<Support>),
        (status = 204, description = "past the end, or no funding that the caller may see"),
        (status = 400, description = "no id, or `before` is no cursor", body = Problem),
    ))]
async fn list(
    State(state): State<AppState>,
    viewer: Viewer,
    query: QueryInput,
    PageQuery(position): PageQuery,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, AppError> {
    let Ok(funding) = query.text("id")?.parse::<FundingId>() else {
        return Ok(no_content());
    };
    let (after, offset) = match position {
        Position::Page(page) => (0, i64::from(page - 1) * PAGE_SIZE),
        Position::Before(cursor) => (cursor.first, 0),
        Position::PastEnd => return Ok(no_content()),
    };
    let load = move |conn: &mut Conn| sql::list(conn, funding, viewer, after, offset);
    let rows = state.db.read(load).await?;
    if rows.is_empty() {
        return Ok(no_content());
    }
    let (rows, next) = split_page(rows, PAGE_SIZE, |row| Cursor::one(row.id));
    let next = next.map(|cursor| next_link(uri.path(), query.pairs(), cursor));
    Ok(Page {
        items: rows.into_iter().map(Support::from).collect(),
        next,
    }
    .into_response())
}

/// Give a support
///
/// Accepted once for an approved payment of exactly this amount by the caller. A payment that was made
/// ready with `funding` and `message` has its support already: this then answers that one.
#[utoipa::path(post, path = "/remit/", tag = "support", security(("bearer" = [])),
    request_body = SupportBody,
    responses(
        (status = 201, description = "the support", body = OwnSupport),
        (status = 204, description = "no funding that the caller may see"),
        (status = 400, description = "a field takes something else, or it is one's own funding", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
        (status = 402, description = "no approved payment of exactly this amount waits", body = Problem),
        (status = 409, description = "the funding takes no more supports; the payment is given back", body = Problem),
    ))]
async fn give(
    State(state): State<AppState>,
    member: Member,
    input: Input,
) -> Result<Response, AppError> {
    let amount = SupportAmount::new(input.integer("amount")?)
        .map_err(|error| AppError::bad_request("invalid_field", format!("amount: {error}")))?;
    let message = input.required("message", str::parse)?;
    let Ok(funding) = input.text("funding")?.parse() else {
        return Ok(no_content());
    };
    let terms = SupportTerms {
        funding,
        amount,
        message,
    };
    let cx = StepContext::new(&state);
    let give = move |conn: &mut Conn| accept(conn, member.key, &terms, cx);
    match write_as(&state, member, give).await? {
        Ok(AcceptOutcome::Accepted(id)) => {
            let row = state.db.read(move |conn| sql::get(conn, id)).await?;
            Ok(created(&OwnSupport::from(row)))
        }
        Ok(AcceptOutcome::Refunding(payment, why)) => {
            refund::carry_out(&state, payment).await?;
            Err(not_accepted(
                why,
                format!("funding: {why}; your payment is being given back"),
            ))
        }
        Err(AcceptRefusal::NoSuchFunding) => Ok(no_content()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Change a support's message
#[utoipa::path(put, path = "/remit/", tag = "support", security(("bearer" = [])),
    request_body = SupportEditBody,
    responses(
        (status = 200, description = "the support as it is now", body = OwnSupport),
        (status = 400, description = "not one's own, taken back, or a field takes something else", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn edit(
    State(state): State<AppState>,
    member: Member,
    input: Input,
) -> Result<Json<OwnSupport>, AppError> {
    let id = support_id(&input)?;
    let message = input.required("message", str::parse)?;
    let change = move |conn: &mut Conn| change_message(conn, member.key, id, &message);
    write_as(&state, member, change).await??;
    let row = state.db.read(move |conn| sql::get(conn, id)).await?;
    Ok(Json(row.into()))
}

/// Take a support back
///
/// It is listed no more, its refund is asked for, and its money leaves the funding's total. Until the funding's deadline.
#[utoipa::path(delete, path = "/remit/", tag = "support", security(("bearer" = [])),
    request_body = SupportIdBody,
    responses(
        (status = 200, description = "the refund is asked for, now or before", body = Done),
        (status = 400, description = "not one's own", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
        (status = 409, description = "the funding has ended", body = Problem),
    ))]
async fn take_support_back(
    State(state): State<AppState>,
    member: Member,
    input: Input,
) -> Result<Response, AppError> {
    let id = support_id(&input)?;
    let cx = StepContext::new(&state);
    let take_back = move |conn: &mut Conn| take_back(conn, member.key, id, cx);
    let payment = write_as(&state, member, take_back).await??;
    refund::carry_out(&state, payment).await?;
    Ok(done(StatusCode::OK))
}

/// An id of the wrong form is answered like one that is not the caller's.
fn support_id(input: &Input) -> Result<SupportId, AppError> {
    input
        .text("id")?
        .parse()
        .map_err(|_| ChangeRefusal::NotAuthor.into())
}

impl From<SupportRow> for Support {
    fn from(row: SupportRow) -> Self {
        Self {
            id: row.id,
            message: row.message,
            author: Author::new(
                row.author_kakao_id,
                row.author_username,
                row.author_image.as_deref(),
            ),
            created_on: Timestamp::from_micros(row.created_at).to_seoul(),
        }
    }
}

impl From<SupportRow> for OwnSupport {
    fn from(row: SupportRow) -> Self {
        Self {
            funding: row.funding_id,
            amount: row.amount,
            support: row.into(),
        }
    }
}
