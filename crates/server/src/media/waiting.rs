//! Pictures kept for a form until it is submitted: stored, not named by a row yet, shown to their owner only. The
//! form contains a signed token, valid for this owner and for as long as the picture is kept.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::ids::AccountKey;
use funsun_domain::time::Timestamp;
use http::HeaderValue;

use super::api::{answer, no_picture};
use super::names::{PictureName, Rendition};
use super::store::{MediaStore, PicturePaths};
use super::upload::{NewPicture, plan_removal};
use super::{ORPHAN_AFTER_SECONDS, WAITING_SECONDS, release};
use crate::db::{Conn, StorageError};
use crate::identity::Visitor;
use crate::state::AppState;
use web::{AppError, PathInput, Routes};

/// A token must have expired before its picture is removed.
const _: () = assert!(WAITING_SECONDS < ORPHAN_AFTER_SECONDS);

/// `/media/w/…`.
pub fn router() -> Routes<AppState> {
    Routes::new().route("/media/w/{pass}/{file}", get(show))
}

/// Keeps a stored picture for its owner's form; returns the token by which the form refers to it.
///
/// # Errors
/// When the database fails.
pub async fn keep_for_form(
    state: &AppState,
    owner: AccountKey,
    picture: &NewPicture,
) -> Result<String, StorageError> {
    let (now, media) = (state.clock.now(), &state.media);
    let excess = {
        let mut queues = media.queues.lock().expect("no holder of this lock panics");
        queues.push(owner, picture.name(), now)
    };
    for name in excess {
        let release = move |conn: &mut Conn| release(conn, &name, now);
        state.db.write(release).await?;
        state.jobs_now.notify_one();
    }
    let expires = now.plus_seconds(WAITING_SECONDS).seconds();
    let pass = media.signer.waiting_pass(owner, picture.name(), expires);
    Ok(format!("{pass}/{}", picture.name()))
}

/// The picture of a token of this owner, if it is still kept. It may have been removed early, with a deleted funding
/// that had the same picture.
///
/// # Errors
/// When the store or the database fails.
pub async fn find_waiting(
    state: &AppState,
    owner: AccountKey,
    token: &str,
) -> Result<Option<NewPicture>, AppError> {
    let (now, media) = (state.clock.now(), &state.media);
    let named = token.split_once('/').and_then(|(pass, file)| {
        let (name, rendition) = PictureName::parse_file(file)?;
        let whole = rendition == Rendition::Full;
        (whole && media.is_waiting(owner, pass, &name, now)).then_some(name)
    });
    let Some(name) = named else {
        return Ok(None);
    };
    // A row is about to name it: a removal must see that before we check whether the file exists.
    plan_removal(state, &name).await?;
    let there = media.has(&name).await.map_err(AppError::internal)?;
    Ok(there.then(|| NewPicture::stored(name)))
}

impl MediaStore {
    fn is_waiting(
        &self,
        owner: AccountKey,
        pass: &str,
        name: &PictureName,
        now: Timestamp,
    ) -> bool {
        self.signer
            .verify_waiting_pass(pass, owner, name.as_str(), now)
    }
}

/// The paths at which the picture of a token is shown to its owner.
pub fn waiting_paths(token: &str) -> PicturePaths {
    PicturePaths::at(format!("/media/w/{token}"))
}

/// Serves the picture to its owner, by the session cookies; 404 for any other visitor.
async fn show(
    State(state): State<AppState>,
    visitor: Visitor,
    PathInput((pass, file)): PathInput<(String, String)>,
) -> Result<Response, AppError> {
    let (name, rendition) = PictureName::parse_file(&file).ok_or_else(no_picture)?;
    let owner = visitor.member.ok_or_else(no_picture)?.key;
    let now = state.clock.now();
    if !state.media.is_waiting(owner, &pass, &name, now) {
        return Err(no_picture());
    }
    let content = state.media.get(&name, rendition).await;
    let content = content
        .map_err(AppError::internal)?
        .ok_or_else(no_picture)?;
    let caching = HeaderValue::from_static("private, no-store");
    Ok(answer(&name, content.into(), caching))
}
