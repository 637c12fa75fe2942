//! Accepting a picture: decoded within bounds, re-encoded, stored before any row names it.

use funsun_domain::ids::AccountKey;
use picture::{Picture, Refusal};

use super::names::{PictureName, Rendition};
use super::{ORPHAN_AFTER_SECONDS, RemovePicture};
use crate::db::StorageError;
use crate::jobs;
use crate::state::AppState;
use web::{AppError, Upload};

/// A picture that is stored but not yet named by a row.
#[derive(Clone, Debug)]
pub struct NewPicture {
    name: PictureName,
}

impl NewPicture {
    /// A picture that was stored earlier.
    pub(super) fn stored(name: PictureName) -> Self {
        Self { name }
    }

    /// The name to store in the row.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }
}

/// Re-encodes `upload` within the size bounds and stores it. If no row names it within three hours, it is removed.
///
/// # Errors
/// 400 for a broken file, 413 for one that is too large, 415 for an unsupported format.
pub async fn accept(
    state: &AppState,
    owner: AccountKey,
    field: &str,
    upload: Upload,
) -> Result<NewPicture, AppError> {
    let permit = state
        .media
        .decoders
        .acquire()
        .await
        .map_err(AppError::internal)?;
    let processed = tokio::task::spawn_blocking(move || picture::process(&upload.bytes)).await;
    drop(permit);
    let picture = processed
        .map_err(AppError::internal)?
        .map_err(|why| refuse(field, why))?;
    store(state, owner, picture).await
}

/// Stores a picture that is already re-encoded. If no row names it within three hours, it is removed.
///
/// # Errors
/// When the database or the store fails.
pub async fn store(
    state: &AppState,
    owner: AccountKey,
    picture: Picture,
) -> Result<NewPicture, AppError> {
    let name = state
        .media
        .name(owner, &picture.full.bytes, picture.full.format);
    plan_removal(state, &name).await?;
    for (rendition, content) in [
        (Rendition::Full, picture.full.bytes),
        (Rendition::Small, picture.small.bytes),
    ] {
        state
            .media
            .put(&name, rendition, content)
            .await
            .map_err(AppError::internal)?;
    }
    Ok(NewPicture { name })
}

/// Plans the removal of an upload before it is stored: if the process crashes before a row names the picture,
/// the job removes the file. An earlier job for the same picture then skips it.
pub(super) async fn plan_removal(state: &AppState, name: &PictureName) -> Result<(), StorageError> {
    let removal = RemovePicture(name.as_str().to_owned());
    let later = state.clock.now().plus_seconds(ORPHAN_AFTER_SECONDS);
    let enqueue = move |conn: &mut _| jobs::enqueue(conn, &removal, later);
    state.db.write(enqueue).await
}

fn refuse(field: &str, refusal: Refusal) -> AppError {
    let detail = format!("{field}: {refusal}");
    match refusal {
        Refusal::TooLarge => AppError::payload_too_large("picture_too_large", detail),
        Refusal::Heic | Refusal::Unsupported => {
            AppError::unsupported_media("picture_format", detail)
        }
        Refusal::Broken => AppError::bad_request("picture_broken", detail),
    }
}
