//! Profiles and the search over HTTP.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use funsun_domain::ids::KakaoId;
use utoipa_axum::routes;

use super::profile::{OwnProfile, Profile};
use super::{search_sql, sql};
use crate::db::Conn;
use crate::identity::{Member, account_gone};
use crate::state::AppState;
use web::rate_limit::Class;
use web::{AppError, Json, Problem, QueryInput, Routes, no_content};

/// Most profiles that a search returns.
const FOUND_MAX: usize = 100;

pub(super) fn router() -> Routes<AppState> {
    Routes::new()
        .operations(routes!(profile, own_profile))
        .operations(routes!(search))
        .limited(Class::Search)
}

/// One's own profile
#[utoipa::path(post, path = "/account/", tag = "account", security(("bearer" = [])),
    responses(
        (status = 200, description = "one's own profile", body = OwnProfile),
        (status = 401, description = "no valid access token, or the account is gone", body = Problem),
    ))]
async fn own_profile(
    State(state): State<AppState>,
    member: Member,
) -> Result<Json<OwnProfile>, AppError> {
    let row = super::read_own(&state, member.key).await?;
    row.map(|row| Json(row.into())).ok_or_else(account_gone)
}

/// A member's profile
///
/// One's own comes with what is private.
#[utoipa::path(get, path = "/account/", tag = "account", security(("bearer" = [])),
    params(("id" = String, Query, description = "the member's id", example = "3000000001")),
    responses(
        (status = 200, description = "the profile; one's own has `bank_account` too", body = Profile),
        (status = 204, description = "no such member"),
        (status = 400, description = "no id", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn profile(
    State(state): State<AppState>,
    member: Member,
    query: QueryInput,
) -> Result<Response, AppError> {
    let id = query.text("id")?;
    let Ok(id) = id.parse::<KakaoId>() else {
        return Ok(no_content());
    };
    let found = state
        .db
        .read(move |conn| sql::find_profile(conn, id, member.key))
        .await?;
    Ok(match found {
        None => no_content(),
        Some(own) if own.profile.id == member.key.get() => {
            Json(OwnProfile::from(own.profile)).into_response()
        }
        Some(found) => Json(Profile::for_other(found)).into_response(),
    })
}

/// Search members by name
///
/// Any part of a name, letter by letter: no character has a special meaning. At most 100.
#[utoipa::path(get, path = "/account/search", tag = "account", security(("bearer" = [])),
    params(("username" = Option<String>, Query, description = "a part of the name; empty finds nobody", example = "민지")),
    responses(
        (status = 200, description = "members: friends first, then the oldest account", body = Vec<Profile>),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn search(
    State(state): State<AppState>,
    member: Member,
    query: QueryInput,
) -> Result<Json<Vec<Profile>>, AppError> {
    let text = query.optional_text("username")?.unwrap_or_default();
    let find = move |conn: &mut Conn| search_sql::search(conn, &text, member.key, FOUND_MAX);
    let found = state.db.read_slow(find).await?;
    Ok(Json(found.into_iter().map(Profile::for_other).collect()))
}
