//! What happens to a funding while somebody looks at its page, as server-sent events (HTML standard, 9.2).
//! Each event is markup from the page's own templates, made for this viewer.

mod sent;

use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use funsun_domain::ids::FundingId;
use futures_util::stream::{self, Stream, StreamExt};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::{Instant, timeout_at};

use super::parts::{Message, Progress, Stand};
use super::show::{self, Found, Missing};
use crate::db::{Conn, StorageError};
use crate::fundings::live::{Caller, Watch};
use crate::identity::{Visitor, sessions};
use crate::site::{Shell, Tab};
use crate::state::AppState;
use crate::visibility::Viewer;
use sent::Told;
pub(super) use sent::looks_of;
use web::{AppError, PathInput, QueryInput};

/// Longest time between two reads: a change that wakes no watcher (a friendship or session that ends, an answer, the
/// time that is left) is sent by then.
const LOOK_AGAIN: Duration = Duration::from_secs(10);
/// Pause after which a comment is sent, so that proxies and browsers keep the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Life of a stream. The browser reconnects, which renews its session.
const LIFE: Duration = Duration::from_secs(300);
/// Least time after which a browser comes again, in milliseconds.
const RETRY_MS: u64 = 2_000;
/// Browsers are spread over this time beyond it: after a restart all come again.
const RETRY_SPREAD_MS: u64 = 3_000;

/// What the browser last heard, when it comes again by itself.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Tells nginx to pass on what it gets.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// `/fundings/{id}/live`.
pub(super) fn router() -> Router<AppState> {
    Router::new().route("/fundings/{id}/live", get(live))
}

#[derive(Template)]
#[template(path = "fundings/live_progress.html")]
struct ProgressPart<'a> {
    shell: &'a Shell,
    stand: Stand,
    progress: Progress,
}

#[derive(Template)]
#[template(path = "fundings/live_message.html")]
struct MessagePart<'a> {
    shell: &'a Shell,
    stand: Stand,
    author_name: &'a str,
    message: Message,
}

/// One viewer's stream.
struct Streaming {
    state: AppState,
    id: FundingId,
    visitor: Visitor,
    shell: Shell,
    watch: Watch,
    messages: Told,
    progress: String,
    ends_at: Instant,
}

async fn live(
    State(state): State<AppState>,
    visitor: Visitor,
    PathInput(id): PathInput<String>,
    query: QueryInput,
    request: Request,
) -> Result<Response, AppError> {
    let id = show::funding_id(&id)?;
    // Before the first look: what happens after it wakes us.
    let watch = state
        .watchers
        .watch(id, caller(&state, &visitor, &request))?;
    let found = look(&state, id, &visitor).await??;
    let mut streaming = Streaming {
        shell: visitor.shell(&state, Tab::None, "").await?,
        state,
        id,
        visitor,
        watch,
        messages: told_to(request.headers(), &query),
        progress: String::new(),
        ends_at: Instant::now() + LIFE,
    };
    let mut events = vec![Event::default().retry(retry())];
    events.extend(streaming.news(found).map_err(AppError::internal)?);
    let events = stream::iter(events)
        .chain(streaming.later())
        .map(Ok::<_, Infallible>);
    let mut response = Sse::new(events)
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response();
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
    Ok(response)
}

fn caller(state: &AppState, visitor: &Visitor, request: &Request) -> Caller {
    let proxies = &state.config.trusted_proxies;
    match visitor.viewer() {
        Viewer::Member(member) => Caller::Member(member),
        Viewer::Guest => {
            Caller::guest_at(proxies.client_address(request.headers(), request.extensions()))
        }
    }
}

/// What the page shows: what the browser has heard since counts more than what the page was made with.
fn told_to(headers: &HeaderMap, query: &QueryInput) -> Told {
    let number = |name| query.optional_integer(name).ok().flatten();
    let heard = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    let heard = heard.and_then(|id| id.parse().ok());
    Told::up_to(heard.or_else(|| number("after")), number("looks"))
}

fn retry() -> Duration {
    let spread = getrandom::u64().map_or(0, |random| random % RETRY_SPREAD_MS);
    Duration::from_millis(RETRY_MS + spread)
}

/// The funding as the viewer may see it now: not at all when the session has ended since the cookie was read.
async fn look(
    state: &AppState,
    id: FundingId,
    visitor: &Visitor,
) -> Result<Result<Found, Missing>, StorageError> {
    let (member, viewer) = (visitor.member, visitor.viewer());
    let read = move |conn: &mut Conn| {
        if let Some(member) = member
            && !sessions::is_live(conn, member.session)?
        {
            return Ok(Err(Missing::Unknown));
        }
        show::find(conn, id, viewer, i64::MAX)
    };
    state.db.read(read).await
}

impl Streaming {
    /// What comes after the first look, until the viewer may see no more or the stream has had its time.
    fn later(self) -> impl Stream<Item = Event> {
        let next = async |mut streaming: Self| {
            let events = streaming.next().await?;
            Some((stream::iter(events), streaming))
        };
        stream::unfold(self, next).flatten()
    }

    async fn next(&mut self) -> Option<Vec<Event>> {
        loop {
            let look_at = self.ends_at.min(Instant::now() + LOOK_AGAIN);
            let woken = timeout_at(look_at, self.watch.woken()).await;
            if woken == Ok(false) || Instant::now() >= self.ends_at {
                return None;
            }
            let found = match look(&self.state, self.id, &self.visitor).await {
                Ok(found) => found.ok()?,
                Err(error) => {
                    tracing::error!(%error, "a funding could not be read for those who watch it");
                    return None;
                }
            };
            match self.news(found) {
                Ok(events) if events.is_empty() => {}
                Ok(events) => return Some(events),
                Err(error) => {
                    tracing::error!(%error, "an event could not be written");
                    return None;
                }
            }
        }
    }

    /// What differs from what the page shows.
    fn news(&mut self, found: Found) -> anyhow::Result<Vec<Event>> {
        let (card, author, _) = found.rows;
        let (t, now) = (self.shell.t, self.state.clock.now());
        let viewer = self.visitor.viewer();
        let author = author.face(t);
        let progress = Progress::new(&card, found.supporters, t, now);
        let stand = Stand::of(viewer, found.author, progress.ended);
        let news = self.messages.update(found.messages);
        let shell = &self.shell;
        let markup = |row| {
            let message = Message::new(row, viewer, stand, t, now);
            let author_name = &author.name;
            let part = MessagePart {
                shell,
                stand,
                author_name,
                message,
            };
            part.render()
        };
        let mut events = Vec::new();
        for row in news.fresh {
            let mark = self.messages.mark(row.id).to_string();
            events.push(
                Event::default()
                    .event("message")
                    .id(mark)
                    .data(markup(row)?),
            );
        }
        for row in news.changed {
            events.push(Event::default().event("changed").data(markup(row)?));
        }
        if let Some(mark) = news.too_many {
            events.push(
                Event::default()
                    .event("stale")
                    .id(mark.to_string())
                    .data("1"),
            );
        }
        if let Some(listed) = news.listed {
            let listed = serde_json::to_string(&listed)?;
            events.push(Event::default().event("listed").data(listed));
        }
        let progress = ProgressPart {
            shell,
            stand,
            progress,
        }
        .render()?;
        if progress != self.progress {
            events.push(Event::default().event("amounts").data(&progress));
            self.progress = progress;
        }
        Ok(events)
    }
}
