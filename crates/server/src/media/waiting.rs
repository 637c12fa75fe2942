//! Pictures that wait for a form to be finished: stored, named by no row yet, shown to their owner only. The form
//! carries a token of ours, good for this owner and as long as the picture is kept.

use std::collections::{HashMap, VecDeque};

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
use super::upload::{NewPicture, note_upload};
use super::{ORPHAN_AFTER_SECONDS, WAITING_SECONDS, let_go};
use crate::db::{Conn, StorageError};
use crate::identity::Visitor;
use crate::state::AppState;
use web::{AppError, PathInput};

/// A token must be dead before its picture is removed.
const _: () = assert!(WAITING_SECONDS < ORPHAN_AFTER_SECONDS);

/// `/media/w/…`.
pub fn router() -> Router<AppState> {
    Router::new().route("/media/w/{pass}/{file}", get(show))
}

/// Pictures of one member that wait at the same time; the oldest goes when there is one more.
const WAITING_MAX: usize = 10;

/// What waits, by owner, oldest first.
#[derive(Default)]
pub(super) struct Queues(HashMap<AccountKey, Queue>);

struct Queue {
    names: VecDeque<String>,
    newest: Timestamp,
}

impl Queues {
    /// Notes one more; gives back those that have no place any longer.
    fn push(&mut self, owner: AccountKey, name: &str, now: Timestamp) -> Vec<String> {
        let oldest = now.plus_seconds(-ORPHAN_AFTER_SECONDS);
        self.0.retain(|_, queue| queue.newest > oldest);
        let queue = self.0.entry(owner).or_insert_with(|| Queue {
            names: VecDeque::new(),
            newest: now,
        });
        queue.newest = now;
        queue.names.retain(|known| known != name);
        queue.names.push_back(name.to_owned());
        let beyond = queue.names.len().saturating_sub(WAITING_MAX);
        queue.names.drain(..beyond).collect()
    }
}

/// Has a picture that was just stored wait for its owner's form; gives back the token by which the form names it.
///
/// # Errors
/// When the database fails.
pub async fn wait(
    state: &AppState,
    owner: AccountKey,
    picture: &NewPicture,
) -> Result<String, StorageError> {
    let (now, media) = (state.clock.now(), &state.media);
    let beyond = {
        let mut queues = media.queues.lock().expect("no holder of this lock panics");
        queues.push(owner, picture.name(), now)
    };
    for name in beyond {
        let go = move |conn: &mut Conn| let_go(conn, &name, now);
        state.db.write(go).await?;
        state.jobs_now.notify_one();
    }
    let expires = now.plus_seconds(WAITING_SECONDS).seconds();
    let pass = media.signer.waiting_pass(owner, picture.name(), expires);
    Ok(format!("{pass}/{}", picture.name()))
}

/// The picture that a token of this owner names, if it still waits. It may have gone before its time, with a deleted
/// funding that had the same one.
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
    // A row is about to name it: whoever wants to remove it must see that before we look whether it is there.
    note_upload(state, &name).await?;
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
