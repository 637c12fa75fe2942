//! A server for one test: it records requests and responds as configured.

use kakao::Timeouts;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// Short enough for a test to wait for, long enough for a loaded machine to respond within.
pub const SHORT: Timeouts = Timeouts {
    connect: Duration::from_millis(700),
    read: Duration::from_millis(700),
};

/// What happens once a request has been read.
#[derive(Clone)]
enum Behaviour {
    Respond(Vec<u8>),
    HangUp,
    StaySilent,
}

/// A listening server and the requests it received.
pub struct MockServer {
    pub url: String,
    requests: UnboundedReceiver<String>,
}

impl MockServer {
    /// Responds to every request with this status and body.
    pub async fn responding(status: u16, body: &str) -> Self {
        Self::responding_with_headers(status, "", body).await
    }

    /// The same with extra header lines, each ending in CRLF.
    pub async fn responding_with_headers(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{headers}\r\n");
        Self::start(Behaviour::Respond(format!("{head}{body}").into_bytes())).await
    }

    /// Writes these bytes and closes the connection.
    pub async fn writing(bytes: &str) -> Self {
        Self::start(Behaviour::Respond(bytes.as_bytes().to_vec())).await
    }

    /// Closes the connection once the request has been read.
    pub async fn hanging_up() -> Self {
        Self::start(Behaviour::HangUp).await
    }

    /// Never responds.
    pub async fn silent() -> Self {
        Self::start(Behaviour::StaySilent).await
    }

    /// A URL without a listener.
    pub async fn unreachable() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", listener.local_addr().unwrap())
    }

    /// The next request as text: head and body.
    pub async fn request(&mut self) -> String {
        self.requests.recv().await.unwrap()
    }

    /// Whether another request was received.
    pub fn was_requested(&mut self) -> bool {
        self.requests.try_recv().is_ok()
    }

    async fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (sender, requests) = unbounded_channel();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, behaviour.clone(), sender.clone()));
            }
        });
        Self { url, requests }
    }
}

async fn serve(mut stream: TcpStream, behaviour: Behaviour, sender: UnboundedSender<String>) {
    sender.send(read_request(&mut stream).await).unwrap();
    match behaviour {
        Behaviour::Respond(bytes) => {
            // One test expects the client to stop reading a huge response half-way.
            if stream.write_all(&bytes).await.is_ok() {
                stream.shutdown().await.unwrap_or_default();
            }
        }
        Behaviour::HangUp => drop(stream),
        Behaviour::StaySilent => std::future::pending().await,
    }
}

async fn read_request(stream: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut buffer = [0_u8; 4096];
    loop {
        let length = stream.read(&mut buffer).await.unwrap();
        text.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
        if length == 0 || is_complete(&text) {
            return text;
        }
    }
}

fn is_complete(text: &str) -> bool {
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        return false;
    };
    let length = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, value)| value.parse().unwrap());
    body.len() >= length
}
