//! The page of one funding: the wish, its progress, the supporters and their messages.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::ids::{AccountKey, FundingId};

use super::live::digest_of;
use super::parts::{MESSAGES, Message, Progress, ViewerRole, Viewing};
use crate::db::{Conn, StorageError};
use crate::fundings::card::DetailRows;
use crate::fundings::link_preview::LinkPreview;
use crate::fundings::messages_sql::{self, MessageRow};
use crate::fundings::sql;
use crate::identity::Visitor;
use crate::media::PicturePaths;
use crate::site::{Face, Shell, Tab, page};
use crate::state::AppState;
use crate::visibility::{self, Viewer};
use web::paging::{Cursor, PageQuery, split_page};
use web::{AppError, PathInput, Routes};

/// Characters of a text that a link preview shows.
const DESCRIPTION_CHARACTERS: usize = 80;

pub(super) fn router() -> Routes<AppState> {
    Routes::new().route("/fundings/{id}", get(show))
}

#[derive(Template)]
#[template(path = "fundings/show.html")]
struct FundingPage {
    shell: Shell,
    role: ViewerRole,
    picture: Option<PicturePaths>,
    author: Face,
    content: String,
    progress: Progress,
    messages: Vec<Message>,
    /// The newest message shown; 0 when there is none.
    newest: i64,
    /// A digest of the messages shown: the stream sends them again when they have changed meanwhile.
    digest: i64,
    further: bool,
    next: Option<String>,
    review: Option<String>,
    review_picture: Option<PicturePaths>,
    og: Option<OpenGraph>,
}

/// The link preview of a public funding (The Open Graph protocol, ogp.me).
struct OpenGraph {
    description: String,
    /// Path of the picture.
    image: String,
    /// The picture's alternative text.
    alt: String,
}

/// The data of the page.
pub(super) struct Found {
    pub(super) rows: DetailRows,
    pub(super) author: AccountKey,
    pub(super) supporters: i64,
    /// Newest first; one more than a page shows, if there are as many.
    pub(super) messages: Vec<MessageRow>,
}

/// Reads a funding that `viewer` may see, with the messages below `before`.
pub(super) fn find(
    conn: &mut Conn,
    id: FundingId,
    viewer: Viewer,
    before: i64,
) -> Result<Result<Found, Missing>, StorageError> {
    // First, so that a hidden funding is answered as fast as a missing one.
    let Some(facts) = visibility::find_facts(conn, id, viewer)? else {
        return Ok(Err(Missing::Unknown));
    };
    if facts.hidden {
        return Ok(Err(Missing::Gone));
    }
    let messages = messages_sql::list_latest(conn, id, before, MESSAGES + 1)?;
    let supporters = count(conn, id, before, &messages)?;
    // Read last, so that the messages were read while the viewer was allowed to see the funding.
    let rows = sql::find_detail(conn, id, viewer)?;
    Ok(rows.ok_or(Missing::Unknown).map(|rows| Found {
        rows,
        author: facts.author,
        supporters,
        messages,
    }))
}

/// The number of a funding's supports; usually all are in `messages`, those below `before`.
fn count(
    conn: &mut Conn,
    id: FundingId,
    before: i64,
    messages: &[MessageRow],
) -> Result<i64, StorageError> {
    match i64::try_from(messages.len()) {
        Ok(all) if before == i64::MAX && all <= MESSAGES => Ok(all),
        _ => messages_sql::count(conn, id),
    }
}

/// Why no funding is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// No such funding is visible to the viewer.
    Unknown,
    /// The viewer could have seen it before it was hidden.
    Gone,
}

impl From<Missing> for AppError {
    fn from(missing: Missing) -> Self {
        match missing {
            Missing::Unknown => Self::not_found("no_such_funding", "there is no such funding"),
            Missing::Gone => Self::gone("funding_gone", "this funding was deleted"),
        }
    }
}

/// Parses the id of a funding in a path.
///
/// # Errors
/// 404 when it is malformed.
pub fn funding_id(text: &str) -> Result<FundingId, AppError> {
    text.parse().map_err(|_| Missing::Unknown.into())
}

async fn show(
    State(state): State<AppState>,
    visitor: Visitor,
    PathInput(id): PathInput<String>,
    PageQuery(position): PageQuery,
) -> Result<Response, AppError> {
    let id = funding_id(&id)?;
    let viewer = visitor.viewer();
    let before = position.cursor().map_or(i64::MAX, |cursor| cursor.first);
    let read = move |conn: &mut Conn| find(conn, id, viewer, before);
    let found = state.db.read(read).await??;
    let shell = visitor
        .shell(&state, Tab::None, found.rows.0.title.clone())
        .await?;
    page(&view(&state, shell, found, viewer, before))
}

fn view(state: &AppState, shell: Shell, found: Found, viewer: Viewer, before: i64) -> FundingPage {
    let (t, now) = (shell.t, state.clock.now());
    let (card, author, detail) = found.rows;
    let preview = LinkPreview::new(&card, &author);
    let progress = Progress::new(&card, found.supporters, t, now);
    let public = progress.public;
    let paths = |name: String| state.media.paths(&name, public, now);
    let role = ViewerRole::of(viewer, found.author, progress.ended);
    let picture = card.image.map(paths);
    let author = author.face(t);
    let (messages, next) = split_page(found.messages, MESSAGES, |row| Cursor::one(row.id));
    let newest = messages.first().map_or(0, |row| row.id);
    let digest = digest_of(&messages);
    let viewing = Viewing {
        viewer,
        role,
        t,
        now,
    };
    let message = |row| Message::new(row, viewing);
    FundingPage {
        role,
        messages: messages.into_iter().map(message).collect(),
        newest,
        digest,
        further: before != i64::MAX,
        next: next.map(Cursor::encode),
        review: detail.review,
        review_picture: detail.review_image.map(paths),
        og: preview.map(|it| open_graph(&it, &detail.content, &shell, progress.percent)),
        content: detail.content,
        progress,
        picture,
        author,
        shell,
    }
}

fn open_graph(preview: &LinkPreview, content: &str, shell: &Shell, percent: i64) -> OpenGraph {
    let values: [(&str, &dyn std::fmt::Display); 2] =
        [("title", &shell.title), ("percent", &percent)];
    OpenGraph {
        description: description(content),
        image: preview.path(),
        alt: shell.t.fill("preview.alt", values),
    }
}

/// The beginning of a funding's text, in one line.
pub(super) fn description(content: &str) -> String {
    let words: Vec<&str> = content.split_whitespace().collect();
    words
        .join(" ")
        .chars()
        .take(DESCRIPTION_CHARACTERS)
        .collect()
}
