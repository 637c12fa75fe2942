//! Live updates of a funding's page, as server-sent events (HTML standard, 9.2). Each event is markup from the page's
//! own templates, rendered for this viewer.

mod sent;

use std::convert::Infallible;
use std::time::Duration;

use askama::Template;
use axum::extract::{Request, State};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use funsun_domain::ids::FundingId;
use futures_util::stream::{self, Stream, StreamExt};
use http::header::CACHE_CONTROL;
use http::{HeaderMap, HeaderName, HeaderValue};
use tokio::time::{Instant, timeout_at};

use super::parts::{Message, Progress, ViewerRole, Viewing};
use super::show::{self, Found, Missing};
use crate::db::{Conn, StorageError};
use crate::fundings::live::{Caller, Watch};
use crate::identity::{Visitor, sessions};
use crate::site::{Shell, Tab};
use crate::state::AppState;
use crate::visibility::Viewer;
pub(super) use sent::digest_of;
use sent::{Listed, SentMessages};
use web::{AppError, PathInput, QueryInput, Routes};

/// Longest time between two reads: a change that wakes no watcher (a friendship or session that ends, thanks, the
/// remaining time) is sent by then.
const REREAD_AFTER: Duration = Duration::from_secs(10);
/// Pause after which a comment is sent, so that proxies and browsers keep the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Life of a stream. The browser reconnects, which renews its session.
const LIFE: Duration = Duration::from_secs(300);
/// Least time after which a browser reconnects, in milliseconds.
const RETRY_MS: u64 = 2_000;
/// Reconnections are spread over this time beyond it: after a restart all browsers reconnect.
const RETRY_SPREAD_MS: u64 = 3_000;

/// The id of the last event, sent by a browser that reconnects.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Disables buffering of the response in nginx.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// `/fundings/{id}/live`.
pub(super) fn router() -> Routes<AppState> {
    Routes::new().route("/fundings/{id}/live", get(live))
}

#[derive(Template)]
#[template(path = "fundings/live_progress.html")]
struct ProgressPart<'a> {
    shell: &'a Shell,
    role: ViewerRole,
    progress: Progress,
}

#[derive(Template)]
#[template(path = "fundings/live_message.html")]
struct MessagePart<'a> {
    shell: &'a Shell,
    role: ViewerRole,
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
    messages: SentMessages,
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
    // Before the first read: later changes wake us.
    let watch = state
        .watchers
        .watch(id, caller(&state, &visitor, &request))?;
    let found = read(&state, id, &visitor).await??;
    let mut streaming = Streaming {
        shell: visitor.shell(&state, Tab::None, "").await?,
        state,
        id,
        visitor,
        watch,
        messages: sent_to(request.headers(), &query),
        progress: String::new(),
        ends_at: Instant::now() + LIFE,
    };
    let mut events = vec![Event::default().retry(retry())];
    events.extend(streaming.changes(found).map_err(AppError::internal)?);
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

/// What the page shows: the last event of this browser takes precedence over what the page was rendered with.
fn sent_to(headers: &HeaderMap, query: &QueryInput) -> SentMessages {
    let number = |name| query.optional_integer(name).ok().flatten();
    let last_event = headers.get(LAST_EVENT_ID).and_then(|id| id.to_str().ok());
    let last_event = last_event.and_then(|id| id.parse().ok());
    SentMessages::up_to(last_event.or_else(|| number("after")), number("looks"))
}

fn retry() -> Duration {
    let spread = getrandom::u64().map_or(0, |random| random % RETRY_SPREAD_MS);
    Duration::from_millis(RETRY_MS + spread)
}

/// The funding as the viewer may see it now; none when the session has ended since the cookie was read.
async fn read(
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
    /// The events after the first read, until the viewer may no longer see the funding or the stream ends.
    fn later(self) -> impl Stream<Item = Event> {
        let next = async |mut streaming: Self| {
            let events = streaming.next().await?;
            Some((stream::iter(events), streaming))
        };
        stream::unfold(self, next).flatten()
    }

    async fn next(&mut self) -> Option<Vec<Event>> {
        loop {
            let read_at = self.ends_at.min(Instant::now() + REREAD_AFTER);
            let woken = timeout_at(read_at, self.watch.woken()).await;
            if woken == Ok(false) || Instant::now() >= self.ends_at {
                return None;
            }
            let found = match read(&self.state, self.id, &self.visitor).await {
                Ok(found) => found.ok()?,
                Err(error) => {
                    tracing::error!(%error, "a watched funding could not be read");
                    return None;
                }
            };
            match self.changes(found) {
                Ok(events) if events.is_empty() => {}
                Ok(events) => return Some(events),
                Err(error) => {
                    tracing::error!(%error, "an event could not be written");
                    return None;
                }
            }
        }
    }

    /// The events for what differs from what the page shows.
    fn changes(&mut self, found: Found) -> anyhow::Result<Vec<Event>> {
        let (card, author, _) = found.rows;
        let (t, now) = (self.shell.t, self.state.clock.now());
        let viewer = self.visitor.viewer();
        let author = author.face(t);
        let progress = Progress::new(&card, found.supporters, t, now);
        let role = ViewerRole::of(viewer, found.author, progress.ended);
        let changes = self.messages.update(found.messages);
        let viewing = Viewing {
            viewer,
            role,
            t,
            now,
        };
        let shell = &self.shell;
        let markup = |row| {
            let message = Message::new(row, viewing);
            let author_name = &author.name;
            let part = MessagePart {
                shell,
                role,
                author_name,
                message,
            };
            part.render()
        };
        let mut events = Vec::new();
        for row in changes.fresh {
            let id = self.messages.advance(row.id).to_string();
            events.push(Event::default().event("message").id(id).data(markup(row)?));
        }
        for row in changes.changed {
            events.push(Event::default().event("changed").data(markup(row)?));
        }
        events.extend(list_events(changes.too_many, changes.listed.as_ref())?);
        let progress = ProgressPart {
            shell,
            role,
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

/// The events about the list of messages as a whole: that it must be reloaded, and which messages remain.
fn list_events(too_many: Option<i64>, listed: Option<&Listed>) -> anyhow::Result<Vec<Event>> {
    let mut events = Vec::new();
    if let Some(newest) = too_many {
        let event = Event::default().event("stale").id(newest.to_string());
        events.push(event.data("1"));
    }
    if let Some(listed) = listed {
        let listed = serde_json::to_string(listed)?;
        events.push(Event::default().event("listed").data(listed));
    }
    Ok(events)
}
