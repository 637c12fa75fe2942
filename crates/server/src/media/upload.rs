//! Taking a picture in: bounded in memory, re-encoded, stored before any row names it.

use funsun_domain::ids::AccountKey;
use picture::{Picture, Refusal};

use super::names::{PictureName, Rendition};
use super::{ORPHAN_AFTER_SECONDS, sql};
use crate::db::{Conn, StorageError};
use crate::jobs::{self, JobKind};
use crate::state::AppState;
use web::{AppError, Upload};

/// A picture that is stored and waits for a row to name it.
#[derive(Clone, Debug)]
pub struct NewPicture {
    name: PictureName,
}

impl NewPicture {
    /// One that was stored before.
    pub(super) fn stored(name: PictureName) -> Self {
        Self { name }
    }

    /// The name to put into the row.
    pub fn name(&self) -> &str {
        self.name.as_str()
    }
}

/// Makes `upload` safe and small and stores it. If no row names it within three hours, it is removed.
///
/// # Errors
/// 400 for a broken file, 413 for one that is too large, 415 for a format that is not taken.
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

/// Stores a picture that is safe already. If no row names it within three hours, it is removed.
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
    note_upload(state, &name).await?;
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

/// Written first: should the process die before a row names the picture, the job removes the file. An earlier job leaves
/// it alone.
pub(super) async fn note_upload(state: &AppState, name: &PictureName) -> Result<(), StorageError> {
    let subject = name.as_str().to_owned();
    let later = state.clock.now().plus_seconds(ORPHAN_AFTER_SECONDS);
    let enqueue = move |conn: &mut _| jobs::enqueue(conn, JobKind::RemovePicture, &subject, later);
    state.db.write(enqueue).await
}

/// Removes a picture that no row names any more; one that is in use stays, and so does one that was
/// uploaded again meanwhile, which has a later job of its own.
///
/// # Errors
/// When the database or the store fails; the job is tried again.
pub async fn remove_unless_used(state: &AppState, job: i64, subject: &str) -> anyhow::Result<()> {
    let Some((name, Rendition::Full)) = PictureName::parse_file(subject) else {
        anyhow::bail!("not a picture's name");
    };
    let asked = name.as_str().to_owned();
    let wanted = state
        .db
        .read(move |conn| is_wanted(conn, job, &asked))
        .await?;
    if !wanted {
        state.media.remove(&name).await?;
    }
    Ok(())
}

fn is_wanted(conn: &mut Conn, job: i64, name: &str) -> Result<bool, StorageError> {
    Ok(sql::is_named(conn, name)?
        || jobs::is_planned_again(conn, job, JobKind::RemovePicture, name)?)
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
