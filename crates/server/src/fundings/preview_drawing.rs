//! Drawing link previews: each once, even with concurrent requests, and on threads other than those that serve
//! requests.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::time::timeout;

use super::link_preview::LinkPreview;
use crate::state::AppState;
use web::AppError;

/// Longest wait for the drawing permit: a chat's server times out not much later.
const TURN_WAIT: Duration = Duration::from_secs(2);

/// The picture of a funding; `None` when so many are being drawn that no permit is free in time.
///
/// # Errors
/// When the store of pictures fails, or the drawing.
pub async fn find_or_draw(
    state: &AppState,
    preview: LinkPreview,
) -> Result<Option<Bytes>, AppError> {
    let version = preview.version();
    if let Some(found) = state.previews.find(&version) {
        return Ok(Some(found));
    }
    let turn = Arc::clone(&state.previews.drawing).acquire_owned();
    let Ok(turn) = timeout(TURN_WAIT, turn).await else {
        return Ok(None);
    };
    let turn = turn.map_err(AppError::internal)?;
    // The previous request may have drawn the same picture.
    if let Some(found) = state.previews.find(&version) {
        return Ok(Some(found));
    }
    let own = match preview.picture() {
        Some(name) => state.media.find_full(name).await,
        None => Ok(None),
    };
    let own = own.map_err(AppError::internal)?;
    let shared = state.clone();
    let drawing = tokio::task::spawn_blocking(move || {
        // Held until it is drawn, even when the client has disconnected.
        let _turn = turn;
        shared.previews.draw(&preview, own.as_deref())
    });
    let drawn = drawing.await.map_err(AppError::internal)?;
    drawn.map(Some).map_err(AppError::internal)
}
