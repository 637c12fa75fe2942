//! Following over HTTP.

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use funsun_domain::ids::KakaoId;
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::routes;

use super::{FollowRefusal, follow, sql, unfollow};
use crate::db::Conn;
use crate::identity::{Member, write_as};
use crate::people::Profile;
use crate::state::AppState;
use web::{AppError, Done, Input, Json, Problem, QueryInput, Routes, done, no_content};

pub(super) fn router() -> Routes<AppState> {
    Routes::new().operations(routes!(list, start, stop))
}

/// Whom to follow or to follow no more.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes the body in the API document")]
struct FollowBody {
    /// The member's id.
    #[schema(example = "3000000001")]
    id: String,
}

/// Whether one member follows another.
#[derive(Serialize, ToSchema)]
struct Following {
    /// It does.
    #[schema(example = true)]
    detail: bool,
}

/// A list of members, or the answer to one question.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
enum FollowAnswer {
    List(Vec<Profile>),
    Following(Following),
}

/// Followers, followees, or whether one follows the other
///
/// With `follower` alone: those who follow that member. With `followee` alone: those whom that member
/// follows. With both: whether `follower` follows `followee`.
#[utoipa::path(get, path = "/follow/", tag = "follow", security(("bearer" = [])),
    params(
        ("follower" = Option<String>, Query, description = "a member's id", example = "3000000001"),
        ("followee" = Option<String>, Query, description = "a member's id"),
    ),
    responses(
        (status = 200, description = "members, or the answer", body = FollowAnswer),
        (status = 400, description = "neither parameter is given", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn list(
    State(state): State<AppState>,
    member: Member,
    query: QueryInput,
) -> Result<Response, AppError> {
    let id_of = |name| {
        query
            .optional_text(name)
            .map(|text| text.map(|text| text.parse().ok()))
    };
    let (follower, followee): (Option<Option<KakaoId>>, Option<Option<KakaoId>>) =
        (id_of("follower")?, id_of("followee")?);
    let found = match (follower, followee) {
        (Some(Some(follower)), Some(Some(followee))) => {
            let detail = state
                .db
                .read(move |conn| sql::is_following(conn, follower, followee))
                .await?;
            return Ok(Json(FollowAnswer::Following(Following { detail })).into_response());
        }
        (Some(_), Some(_)) => {
            let answer = FollowAnswer::Following(Following { detail: false });
            return Ok(Json(answer).into_response());
        }
        (Some(Some(id)), None) => {
            state
                .db
                .read_slow(move |conn| sql::list_followers(conn, id, member.key))
                .await?
        }
        (None, Some(Some(id))) => {
            state
                .db
                .read_slow(move |conn| sql::list_followees(conn, id, member.key))
                .await?
        }
        (Some(None), None) | (None, Some(None)) => Vec::new(),
        (None, None) => {
            return Err(AppError::bad_request(
                "missing_field",
                "follower, followee: give one of them, or both",
            ));
        }
    };
    let profiles = found.into_iter().map(Profile::for_other).collect();
    Ok(Json(FollowAnswer::List(profiles)).into_response())
}

/// Follow a member
#[utoipa::path(post, path = "/follow/", tag = "follow", security(("bearer" = [])),
    request_body = FollowBody,
    responses(
        (status = 201, description = "followed", body = Done),
        (status = 204, description = "no such member"),
        (status = 400, description = "followed already, oneself, or no id", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn start(
    State(state): State<AppState>,
    member: Member,
    input: Input,
) -> Result<Response, AppError> {
    let Ok(id) = input.text("id")?.parse::<KakaoId>() else {
        return Ok(no_content());
    };
    let now = state.clock.now();
    let start = move |conn: &mut Conn| follow(conn, member.key, id, now);
    match write_as(&state, member, start).await? {
        Ok(()) => Ok(done(StatusCode::CREATED)),
        Err(FollowRefusal::NoSuchMember) => Ok(no_content()),
        Err(refusal) => Err(refusal.into()),
    }
}

/// Follow a member no more
#[utoipa::path(delete, path = "/follow/", tag = "follow", security(("bearer" = [])),
    request_body = FollowBody,
    responses(
        (status = 200, description = "not followed, now or before", body = Done),
        (status = 400, description = "no id", body = Problem),
        (status = 401, description = "no valid access token", body = Problem),
    ))]
async fn stop(
    State(state): State<AppState>,
    member: Member,
    input: Input,
) -> Result<Response, AppError> {
    if let Ok(id) = input.text("id")?.parse::<KakaoId>() {
        let stop = move |conn: &mut Conn| unfollow(conn, member.key, id);
        write_as(&state, member, stop).await??;
    }
    Ok(done(StatusCode::OK))
}
