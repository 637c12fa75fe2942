//! One funding, whole: what is wished for, how far it is, who has given and what they said.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::ids::{AccountKey, FundingId};
use funsun_domain::time::Timestamp;

use crate::accounts::{Visitor, face};
use crate::db::{Conn, StorageError};
use crate::fundings::card::{AuthorRow, CardRow, DetailRow};
use crate::fundings::sql;
use crate::fundings::visibility::EVERYBODY;
use crate::media::Shown;
use crate::site::{Face, Shell, Tab, Texts, format, page};
use crate::state::AppState;
use crate::supports::sql::{self as supports, MessageRow};
use crate::web::paging::{Cursor, PageQuery};
use crate::web::{AppError, PathInput};

/// Messages on a page.
const MESSAGES: i64 = 20;

/// Characters of a text that a link preview shows.
const DESCRIPTION_CHARACTERS: usize = 80;

pub(super) fn router() -> Router<AppState> {
    Router::new().route("/fundings/{id}", get(show))
}

#[derive(Template)]
#[template(path = "fundings/show.html")]
struct FundingPage {
    shell: Shell,
    id: i64,
    stand: Stand,
    picture: Option<Shown>,
    author: Face,
    public: bool,
    content: String,
    percent: i64,
    bar: i64,
    collected: String,
    goal: String,
    left: String,
    deadline: String,
    ended: bool,
    supporters: i64,
    messages: Vec<Message>,
    further: bool,
    next: Option<String>,
    review: Option<String>,
    review_picture: Option<Shown>,
    og: Option<OpenGraph>,
}

/// What the viewer can do here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stand {
    /// They opened it.
    Author,
    /// They may support it.
    Friend,
    /// It has ended.
    Late,
}

impl Stand {
    fn is_author(self) -> bool {
        self == Self::Author
    }

    fn can_support(self) -> bool {
        self == Self::Friend
    }
}

/// A support as this page shows it.
struct Message {
    id: i64,
    author: Face,
    text: String,
    when: String,
    thanks: Option<String>,
    /// For the author of the funding only.
    amount: Option<String>,
    own: bool,
}

/// What a link preview shows of a public funding (The Open Graph protocol, ogp.me).
struct OpenGraph {
    title: String,
    description: String,
    url: String,
    image: Option<String>,
}

/// What the page reads, in one go.
struct Found {
    rows: (CardRow, AuthorRow, DetailRow),
    author: AccountKey,
    supporters: i64,
    messages: Vec<MessageRow>,
}

fn find(
    conn: &mut Conn,
    id: FundingId,
    viewer: i64,
    before: i64,
) -> Result<Result<Found, Missing>, StorageError> {
    let facts = sql::find_facts(conn, id, viewer)?;
    let Some(rows) = sql::find_detail(conn, id, viewer)? else {
        return Ok(Err(match facts {
            Some(_) => Missing::Gone,
            None => Missing::Unknown,
        }));
    };
    let Some(facts) = facts else {
        return Ok(Err(Missing::Unknown));
    };
    Ok(Ok(Found {
        rows,
        author: facts.author,
        supporters: supports::count(conn, id)?,
        messages: supports::list_latest(conn, id, before, MESSAGES + 1)?,
    }))
}

/// Why there is nothing to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// There is none that the viewer may see.
    Unknown,
    /// The viewer could have seen it before.
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

/// Reads the number of a funding in a path.
///
/// # Errors
/// 404 for what can't be one.
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
    let viewer = visitor.viewer().key();
    let before = position.cursor().map_or(i64::MAX, |cursor| cursor.first);
    let read = move |conn: &mut Conn| find(conn, id, viewer, before);
    let found = state.db.read(read).await??;
    let shell = visitor
        .shell(&state, Tab::None, found.rows.0.title.clone())
        .await?;
    page(&view(&state, shell, found, viewer, before))
}

fn view(state: &AppState, shell: Shell, found: Found, viewer: i64, before: i64) -> FundingPage {
    let (t, now) = (shell.t, state.clock.now());
    let (card, author, detail) = found.rows;
    let public = card.visible_to == EVERYBODY;
    let shown = |name: String| state.media.shown(&name, public, now);
    let deadline = Timestamp::from_micros(card.deadline_at);
    let ended = deadline <= now;
    let stand = match (found.author.get() == viewer, ended) {
        (true, _) => Stand::Author,
        (false, true) => Stand::Late,
        (false, false) => Stand::Friend,
    };
    let percent = format::percent(card.collected_amount, card.goal_amount);
    let picture = card.image.map(shown);
    let author = author.face(t);
    let size = usize::try_from(MESSAGES).expect("a page is small");
    let next = (found.messages.len() > size).then(|| found.messages[size - 1].id);
    let message = |row| message(row, viewer, stand, t, now);
    let messages = found.messages.into_iter().take(size);
    FundingPage {
        id: card.id,
        stand,
        public,
        percent,
        bar: percent.min(100),
        collected: t.won(card.collected_amount),
        goal: t.won(card.goal_amount),
        left: t.time_left(deadline, now),
        deadline: t.moment(deadline),
        ended,
        supporters: found.supporters,
        messages: messages.map(message).collect(),
        further: before != i64::MAX,
        next: next.map(|id| Cursor::one(id).encode()),
        review: detail.review,
        review_picture: detail.review_image.map(shown),
        og: public.then(|| open_graph(state, &shell, card.id, &detail.content, picture.as_ref())),
        content: detail.content,
        picture,
        author,
        shell,
    }
}

fn message(row: MessageRow, viewer: i64, stand: Stand, t: Texts, now: Timestamp) -> Message {
    let image = row.author_image.as_deref();
    Message {
        id: row.id,
        author: face(row.author_kakao_id, row.author_username, image, t),
        text: row.message,
        when: t.ago(Timestamp::from_micros(row.created_at), now),
        thanks: row.thanks,
        amount: stand.is_author().then(|| t.won(row.amount)),
        own: row.author_id == viewer,
    }
}

fn open_graph(
    state: &AppState,
    shell: &Shell,
    id: i64,
    content: &str,
    picture: Option<&Shown>,
) -> OpenGraph {
    let description: String = content
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(DESCRIPTION_CHARACTERS)
        .collect();
    let base = &state.public_url;
    OpenGraph {
        title: shell.title.clone(),
        description,
        url: format!("{base}/fundings/{id}"),
        image: picture.map(|picture| format!("{base}{}", picture.full)),
    }
}
