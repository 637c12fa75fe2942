//! The picture of a link. It is asked for by machines without a login, and kept by caches that many share:
//! public fundings only, and no cookie is looked at or set.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use super::show::{Missing, funding_id};
use crate::db::Conn;
use crate::fundings::previews::find_or_draw;
use crate::fundings::{Preview, sql};
use crate::state::AppState;
use crate::web::{AppError, PathInput};

/// The viewer of the visibility rule who is nobody.
const GUEST: i64 = 0;

/// `/fundings/{id}/preview/{version}.png`.
pub fn router() -> Router<AppState> {
    Router::new().route("/fundings/{id}/preview/{file}", get(show))
}

/// The picture of an older version is today's, but not kept.
async fn show(
    State(state): State<AppState>,
    PathInput((id, file)): PathInput<(String, String)>,
) -> Result<Response, AppError> {
    let id = funding_id(&id)?;
    let version = file.strip_suffix(".png").ok_or(Missing::Unknown)?;
    let find = move |conn: &mut Conn| sql::find_detail(conn, id, GUEST);
    let found = state.db.read(find).await?;
    let preview = found.and_then(|(card, author, _)| Preview::new(&card, &author));
    let preview = preview.ok_or(Missing::Unknown)?;
    let caching = if version == preview.version() {
        "public, max-age=86400, immutable"
    } else {
        "no-cache"
    };
    let headers = [
        (CONTENT_TYPE, "image/png"),
        (CACHE_CONTROL, caching),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    let picture = find_or_draw(&state, preview).await?;
    Ok((headers, picture).into_response())
}
