//! A client of a funding's event stream.

use std::time::Duration;

use reqwest::header::ACCEPT;
use reqwest::{Method, Response, StatusCode};
use serde_json::Value;

use crate::visitor::Visitor;

/// Maximum time until an event arrives: the stream polls every ten seconds, and the machine may be busy.
const ARRIVAL_TIMEOUT: Duration = Duration::from_secs(30);

/// An open stream.
pub struct Watcher {
    response: Response,
    bytes: Vec<u8>,
}

/// One event, as a browser's `EventSource` parses it.
#[derive(Debug)]
pub struct Event {
    pub name: String,
    pub id: String,
    pub data: String,
}

/// Requests a funding's stream; `query` starts with `?` or is empty.
pub async fn request_stream(
    visitor: &Visitor,
    funding: &Value,
    query: &str,
    last_id: &str,
) -> Response {
    let path = format!("/fundings/{}/live{query}", funding["id"]);
    let mut call = visitor.call(Method::GET, &path);
    call = call.header(ACCEPT, "text/event-stream");
    call = call.header("accept-encoding", "gzip");
    if !last_id.is_empty() {
        call = call.header("last-event-id", last_id);
    }
    call.send().await.unwrap()
}

/// The response status of a funding's stream.
pub async fn stream_status(visitor: &Visitor, funding: &Value) -> u16 {
    request_stream(visitor, funding, "", "")
        .await
        .status()
        .as_u16()
}

impl Watcher {
    /// Opens the stream and reads its first events: the list of messages, and the amounts.
    pub async fn of(visitor: &Visitor, funding: &Value) -> Self {
        let mut watcher = Self::open(request_stream(visitor, funding, "", "").await);
        assert_eq!(watcher.next().await.name, "listed");
        assert_eq!(watcher.next().await.name, "amounts");
        watcher
    }

    /// Reads a response as a stream.
    pub fn open(response: Response) -> Self {
        assert_eq!(response.status(), StatusCode::OK, "{response:?}");
        let header = |name: &str| {
            let value = response.headers().get(name);
            value.map_or("", |value| value.to_str().unwrap())
        };
        assert_eq!(header("content-type"), "text/event-stream");
        assert_eq!(header("cache-control"), "no-store");
        assert_eq!(header("x-accel-buffering"), "no");
        assert_eq!(header("content-encoding"), "", "it would be held back");
        Self {
            response,
            bytes: Vec::new(),
        }
    }

    /// The next event.
    pub async fn next(&mut self) -> Event {
        self.next_or_end().await.expect("an event, not the end")
    }

    /// The next event of this name; skips others.
    pub async fn next_named(&mut self, name: &str) -> Event {
        loop {
            let event = self.next().await;
            if event.name == name {
                return event;
            }
        }
    }

    /// Checks that the stream ends without further events.
    pub async fn assert_ends(mut self) {
        let event = self.next_or_end().await;
        assert!(event.is_none(), "{event:?}");
    }

    async fn next_or_end(&mut self) -> Option<Event> {
        loop {
            let text = self.next_block().await?;
            let event = Event::parse(&text);
            // Comments and retry times are not events (HTML standard, 9.2.6).
            if !event.data.is_empty() {
                return Some(event);
            }
        }
    }

    /// The lines up to the next empty line; `None` at the end.
    pub async fn next_block(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.bytes.windows(2).position(|pair| pair == b"\n\n") {
                let block: Vec<u8> = self.bytes.drain(..end + 2).collect();
                return Some(String::from_utf8(block).unwrap());
            }
            let chunk = tokio::time::timeout(ARRIVAL_TIMEOUT, self.response.chunk());
            let chunk = chunk.await.expect("something in time");
            self.bytes.extend_from_slice(&chunk.unwrap()?);
        }
    }
}

impl Event {
    fn parse(block: &str) -> Self {
        let field = |name: &str| -> Vec<&str> {
            let lines = block.lines().filter_map(|line| line.split_once(':'));
            lines
                .filter(|(field, _)| *field == name)
                .map(|(_, value)| value.strip_prefix(' ').unwrap_or(value))
                .collect()
        };
        Self {
            name: field("event").concat(),
            id: field("id").concat(),
            data: field("data").join("\n"),
        }
    }
}
