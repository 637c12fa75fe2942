//! The picture of a link. It is asked for by machines without a login, and kept by caches that many share:
//! public fundings only, and no cookie is looked at or set.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use funsun_domain::ids::FundingId;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use super::show::{Missing, funding_id};
use crate::db::Conn;
use crate::fundings::preview_cache::find_or_draw;
use crate::fundings::{Preview, sql};
use crate::site::assets;
use crate::state::AppState;
use crate::visibility::Viewer;
use web::{AppError, PathInput};

const NOT_KEPT: &str = "no-cache";

/// `/fundings/{id}/preview/{version}.png`.
pub fn router() -> Router<AppState> {
    Router::new().route("/fundings/{id}/preview/{file}", get(show))
}

async fn show(
    State(state): State<AppState>,
    PathInput((id, file)): PathInput<(String, String)>,
) -> Result<Response, AppError> {
    let id = funding_id(&id)?;
    let version = file.strip_suffix(".png").ok_or(Missing::Unknown)?;
    let preview = find(&state, id).await?;
    if preview.version() != version {
        return Ok(moved(&preview));
    }
    let picture = find_or_draw(&state, preview).await?;
    // Asked again: meanwhile it may have been hidden, and caches would keep it.
    let preview = find(&state, id).await?;
    if preview.version() != version {
        return Ok(moved(&preview));
    }
    Ok(match picture {
        Some(picture) => image(picture, "public, max-age=86400, immutable"),
        None => image(general()?, NOT_KEPT),
    })
}

/// The preview of a funding that everybody may see now.
async fn find(state: &AppState, id: FundingId) -> Result<Preview, AppError> {
    let read = move |conn: &mut Conn| sql::find_detail(conn, id, Viewer::Guest);
    let found = state.db.read(read).await?;
    let preview = found.and_then(|(card, author, _)| Preview::new(&card, &author));
    preview.ok_or_else(|| Missing::Unknown.into())
}

/// To today's picture. Nothing is drawn for an address that anybody can make up.
fn moved(preview: &Preview) -> Response {
    let caching = [(CACHE_CONTROL, NOT_KEPT)];
    (caching, Redirect::to(&preview.path())).into_response()
}

/// The picture of every page that has none of its own.
fn general() -> Result<Bytes, AppError> {
    let content = assets::content("og.png").map(Bytes::from_static);
    content.ok_or_else(|| AppError::internal(anyhow::anyhow!("there is no general picture")))
}

fn image(content: Bytes, caching: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, "image/png"),
        (CACHE_CONTROL, caching),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
    ];
    (headers, content).into_response()
}
