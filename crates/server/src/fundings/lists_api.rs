//! The lists over HTTP: eight a page, by page number or by cursor.

use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use funsun_domain::ids::KakaoId;
use utoipa_axum::routes;

use super::card::Card;
use super::lists::{self, CardPage};
use crate::db::{Conn, StorageError};
use crate::identity::Member;
use crate::people;
use crate::state::AppState;
use web::paging::{PageParams, PageQuery, next_link};
use web::{AppError, Page, Problem, QueryInput, Routes, no_content};

pub(super) fn router() -> Routes<AppState> {
    Routes::new()
        .operations(routes!(public))
        .operations(routes!(of_author))
        .operations(routes!(of_followees))
        .operations(routes!(joined))
}

/// Public fundings
///
/// Newest first; works without a token too. `Link: <…>; rel="next"` leads on at constant cost.
#[utoipa::path(get, path = "/funding/public", tag = "funding",
    params(PageParams),
    responses(
        (status = 200, description = "a page", body = Vec<Card>),
        (status = 204, description = "past the end"),
        (status = 400, description = "`before` is no cursor", body = Problem),
    ))]
async fn public(
    State(state): State<AppState>,
    PageQuery(position): PageQuery,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, AppError> {
    let page = state
        .db
        .read(move |conn| lists::list_public(conn, position))
        .await?;
    Ok(answer(&state, page, &uri))
}

/// A member's fundings
///
/// Newest first: all of one's own; a friend's all; otherwise the public ones.
#[utoipa::path(get, path = "/funding/user", tag = "funding", security(("bearer" = [])),
    params(
        ("id" = String, Query, description = "the member", example = "3000000001"),
        PageParams,
    ),
    responses(
        (status = 200, description = "a page", body = Vec<Card>),
        (status = 204, description = "past the end, or no such member"),
        (status = 400, description = "no id, or `before` is no cursor", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn of_author(
    State(state): State<AppState>,
    member: Member,
    query: QueryInput,
    PageQuery(position): PageQuery,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, AppError> {
    let Ok(id) = query.text("id")?.parse::<KakaoId>() else {
        return Ok(no_content());
    };
    let list = move |conn: &mut Conn| -> Result<_, StorageError> {
        match people::find_key(conn, id)? {
            Some(author) => {
                lists::list_of_author(conn, author, member.key.into(), position).map(Some)
            }
            None => Ok(None),
        }
    };
    let page = state.db.read(list).await?;
    Ok(page.map_or_else(no_content, |page| answer(&state, page, &uri)))
}

/// Fundings by those I follow
///
/// Newest first: the public ones, and friends-only ones where the author follows me back. Past the end:
/// an empty list.
#[utoipa::path(get, path = "/funding/following", tag = "funding", security(("bearer" = [])),
    params(PageParams),
    responses(
        (status = 200, description = "a page, or an empty list", body = Vec<Card>),
        (status = 400, description = "`before` is no cursor", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn of_followees(
    State(state): State<AppState>,
    member: Member,
    PageQuery(position): PageQuery,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, AppError> {
    let list = move |conn: &mut Conn| lists::list_of_followees(conn, member.key, position);
    let page = state.db.read(list).await?;
    Ok(to_page(&state, page, &uri).into_response())
}

/// Fundings that I supported
///
/// By my latest support there, newest first.
#[utoipa::path(get, path = "/funding/joined", tag = "funding", security(("bearer" = [])),
    params(PageParams),
    responses(
        (status = 200, description = "a page", body = Vec<Card>),
        (status = 204, description = "past the end"),
        (status = 400, description = "`before` is no cursor", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn joined(
    State(state): State<AppState>,
    member: Member,
    PageQuery(position): PageQuery,
    OriginalUri(uri): OriginalUri,
) -> Result<Response, AppError> {
    let list = move |conn: &mut Conn| lists::list_joined(conn, member.key, position);
    let page = state.db.read(list).await?;
    Ok(answer(&state, page, &uri))
}

fn answer(state: &AppState, page: CardPage, uri: &http::Uri) -> Response {
    if page.cards.is_empty() {
        no_content()
    } else {
        to_page(state, page, uri).into_response()
    }
}

fn to_page(state: &AppState, page: CardPage, uri: &http::Uri) -> Page<Card> {
    let now = state.clock.now();
    let next = page
        .next
        .map(|cursor| next_link(uri.path(), QueryInput::of(uri).pairs(), cursor));
    let cards = page
        .cards
        .into_iter()
        .map(|rows| Card::new(rows, &state.media, now));
    Page {
        items: cards.collect(),
        next,
    }
}
