//! Pictures that wait for a form to be finished: stored, named by no row yet, shown to their owner only. The form
//! carries a token of ours, good for this owner and as long as the picture is kept.

use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::ids::AccountKey;
use funsun_domain::time::Timestamp;
use http::HeaderValue;

use super::api::{answer, no_picture};
use super::names::{PictureName, Rendition};
use super::store::{MediaStore, Shown};
use super::upload::NewPicture;
use super::{ORPHAN_AFTER_SECONDS, WAITING_SECONDS};
use crate::accounts::Visitor;
use crate::state::AppState;
use crate::web::{AppError, PathInput};

/// A token must be dead before its picture is removed.
const _: () = assert!(WAITING_SECONDS < ORPHAN_AFTER_SECONDS);

/// `/media/w/…`.
pub fn router() -> Router<AppState> {
    Router::new().route("/media/w/{pass}/{file}", get(show))
}

impl MediaStore {
    /// The token by which the owner's form names this picture, which has just been stored.
    pub fn waiting_token(&self, owner: AccountKey, picture: &NewPicture, now: Timestamp) -> String {
        let expires = now.plus_seconds(WAITING_SECONDS).seconds();
        let pass = self.signer.waiting_pass(owner, picture.name(), expires);
        format!("{pass}/{}", picture.name())
    }

    /// The picture that a token of this owner names, if it still waits. It may have gone before its time, with a
    /// deleted funding that had the same one.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find_waiting(
        &self,
        owner: AccountKey,
        token: &str,
        now: Timestamp,
    ) -> Result<Option<NewPicture>, AppError> {
        let named = token.split_once('/').and_then(|(pass, file)| {
            let (name, rendition) = PictureName::parse_file(file)?;
            let whole = rendition == Rendition::Full;
            (whole && self.is_waiting(owner, pass, &name, now)).then_some(name)
        });
        match named {
            Some(name) if self.has(&name).await.map_err(AppError::internal)? => {
                Ok(Some(NewPicture::stored(name)))
            }
            _ => Ok(None),
        }
    }

    fn is_waiting(
        &self,
        owner: AccountKey,
        pass: &str,
        name: &PictureName,
        now: Timestamp,
    ) -> bool {
        self.signer.opens_waiting(pass, owner, name.as_str(), now)
    }
}

/// Where the picture of a token is shown to its owner.
pub fn waiting_shown(token: &str) -> Shown {
    Shown::at(format!("/media/w/{token}"))
}

/// To its owner, by the cookies of a login; to everybody else as if it were not.
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
