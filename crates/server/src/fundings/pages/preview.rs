//! The picture of a link preview. It is requested by servers without a login and cached publicly: it exists for public
//! fundings only, and no cookie is read or set.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use bytes::Bytes;
use funsun_domain::ids::FundingId;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};

use super::show::{Missing, funding_id};
use crate::db::Conn;
use crate::fundings::link_preview::LinkPreview;
use crate::fundings::preview_drawing::find_or_draw;
use crate::fundings::sql;
use crate::site::assets;
use crate::state::AppState;
use crate::visibility::Viewer;
use web::rate_limit::Class;
use web::{AppError, PathInput, Routes};

const NOT_CACHED: &str = "no-cache";

/// `/fundings/{id}/preview/{version}.png`.
pub fn router() -> Routes<AppState> {
    Routes::new()
        .route("/fundings/{id}/preview/{file}", get(show))
        .limited(Class::Preview)
}

async fn show(
    State(state): State<AppState>,
    PathInput((id, file)): PathInput<(String, String)>,
) -> Result<Response, AppError> {
    let id = funding_id(&id)?;
    let version = file.strip_suffix(".png").ok_or(Missing::Unknown)?;
    let preview = find(&state, id).await?;
    if preview.version() != version {
        return Ok(redirect_to_current(&preview));
    }
    let picture = find_or_draw(&state, preview).await?;
    // Read again: it may have been hidden meanwhile, and caches would keep the picture.
    let preview = find(&state, id).await?;
    if preview.version() != version {
        return Ok(redirect_to_current(&preview));
    }
    Ok(match picture {
        Some(picture) => image(picture, "public, max-age=86400, immutable"),
        None => image(default_picture()?, NOT_CACHED),
    })
}

/// The preview of a funding that is public now.
async fn find(state: &AppState, id: FundingId) -> Result<LinkPreview, AppError> {
    let read = move |conn: &mut Conn| sql::find_detail(conn, id, Viewer::Guest);
    let found = state.db.read(read).await?;
    let preview = found.and_then(|(card, author, _)| LinkPreview::new(&card, &author));
    preview.ok_or_else(|| Missing::Unknown.into())
}

/// Redirects to the current picture. A made-up URL draws nothing.
fn redirect_to_current(preview: &LinkPreview) -> Response {
    let caching = [(CACHE_CONTROL, NOT_CACHED)];
    (caching, Redirect::to(&preview.path())).into_response()
}

/// The default picture of pages without their own.
fn default_picture() -> Result<Bytes, AppError> {
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
