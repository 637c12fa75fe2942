//! Real sockets: limits of connections, slow clients and shutdown.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use web::Input;
use web::serve::{ServeLimits, serve};

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    served: JoinHandle<()>,
    /// Notified when `/wait` has started.
    started_waiting: Arc<Notify>,
    /// Lets `/wait` respond.
    release: Arc<Notify>,
}

async fn start(limits: ServeLimits) -> Running {
    let (started_waiting, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (started, released) = (Arc::clone(&started_waiting), Arc::clone(&release));
    let router = Router::new()
        .route("/", get(async || "ok"))
        .route("/big", get(async || vec![b'x'; 64 * 1024 * 1024]))
        .route("/none", get(async || web::no_content()))
        .route(
            "/peer",
            get(async |ConnectInfo(peer): ConnectInfo<SocketAddr>| peer.to_string()),
        )
        .route(
            "/read",
            post(async |input: Result<Input, web::AppError>| match input {
                Ok(_) => "read".to_owned(),
                Err(error) => error.to_string(),
            }),
        )
        .route(
            "/wait",
            get(async move || {
                started.notify_one();
                released.notified().await;
                "done"
            }),
        );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let served = tokio::spawn(serve(listener, router, limits, async {
        stopped.await.unwrap();
    }));
    Running {
        address,
        stop,
        served,
        started_waiting,
        release,
    }
}

async fn connect(running: &Running) -> TcpStream {
    TcpStream::connect(running.address).await.unwrap()
}

/// Sends raw bytes and reads until the server closes.
async fn exchange(stream: &mut TcpStream, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    read_to_close(stream).await
}

async fn read_to_close(stream: &mut TcpStream) -> String {
    let mut bytes = Vec::new();
    // A reset counts as closed: bytes that came before it are kept.
    while matches!(stream.read_buf(&mut bytes).await, Ok(1..)) {}
    String::from_utf8(bytes).unwrap()
}

/// Sends a request on a kept-alive connection and reads until `end`.
async fn exchange_until(stream: &mut TcpStream, request: &str, end: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    while !String::from_utf8_lossy(&bytes).ends_with(end) {
        assert_ne!(
            stream.read_buf(&mut bytes).await.unwrap(),
            0,
            "closed early"
        );
    }
    String::from_utf8(bytes).unwrap()
}

const CLOSE: &str = "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn handlers_see_the_peers_address() {
    let running = start(ServeLimits::default()).await;
    let mut stream = connect(&running).await;
    let own = stream.local_addr().unwrap().to_string();
    let answer = exchange(
        &mut stream,
        "GET /peer HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    )
    .await;
    assert!(answer.ends_with(&own), "{answer}");
}

#[tokio::test]
async fn a_connection_stays_usable_after_no_content() {
    let running = start(ServeLimits::default()).await;
    let mut stream = connect(&running).await;
    let answer = exchange_until(
        &mut stream,
        "GET /none HTTP/1.1\r\nhost: a\r\n\r\n",
        "\r\n\r\n",
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 204"), "{answer}");
    assert!(
        !answer.to_lowercase().contains("content-length"),
        "{answer}"
    );
    let answer = exchange(&mut stream, CLOSE).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn oversized_heads_are_refused() {
    let running = start(ServeLimits::default()).await;
    let long = format!("GET /{} HTTP/1.1\r\nhost: a\r\n\r\n", "a".repeat(17 * 1024));
    let many = format!(
        "GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{}\r\n",
        "x: 1\r\n".repeat(70)
    );
    let more = format!(
        "GET / HTTP/1.1\r\nhost: a\r\n{}\r\n",
        "x: 1\r\n".repeat(500)
    );
    for request in [long, many, more] {
        let answer = exchange(&mut connect(&running).await, &request).await;
        assert!(answer.starts_with("HTTP/1.1 431"), "{answer}");
    }
    let fitting = format!(
        "GET / HTTP/1.1\r\nconnection: close\r\n{}\r\n",
        "x: 1\r\n".repeat(60)
    );
    let answer = exchange(&mut connect(&running).await, &fitting).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[tokio::test]
async fn a_head_that_does_not_arrive_closes_the_connection() {
    let limits = ServeLimits {
        header_read_timeout: Duration::from_millis(50),
        ..ServeLimits::default()
    };
    let running = start(limits).await;
    let mut slow = connect(&running).await;
    assert_eq!(exchange(&mut slow, "GET / HT").await, "");
    let mut idle = connect(&running).await;
    let answer = exchange(&mut idle, "GET / HTTP/1.1\r\nhost: a\r\n\r\n").await;
    assert!(
        answer.ends_with("ok"),
        "an idle connection closes after its answer: {answer}"
    );
}

#[tokio::test]
async fn connections_of_one_address_are_limited() {
    let limits = ServeLimits {
        connections_per_address_max: 2,
        ..ServeLimits::default()
    };
    let running = start(limits).await;
    let request = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
    let mut first = connect(&running).await;
    exchange_until(&mut first, request, "ok").await;
    let mut second = connect(&running).await;
    exchange_until(&mut second, request, "ok").await;
    assert_eq!(read_to_close(&mut connect(&running).await).await, "");
    let closing = exchange(&mut second, CLOSE).await;
    assert!(closing.ends_with("ok"));
    // The slot is released when the server has noticed the end; until then it refuses.
    let served_again = async {
        loop {
            let mut third = connect(&running).await;
            if third.write_all(CLOSE.as_bytes()).await.is_ok()
                && read_to_close(&mut third).await.ends_with("ok")
            {
                break;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), served_again)
        .await
        .expect("the slot is released");
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_a_permit() {
    let limits = ServeLimits {
        connections_max: 1,
        ..ServeLimits::default()
    };
    let running = start(limits).await;
    let mut first = connect(&running).await;
    exchange_until(&mut first, "GET / HTTP/1.1\r\nhost: a\r\n\r\n", "ok").await;
    let mut second = connect(&running).await;
    second.write_all(CLOSE.as_bytes()).await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(50), second.readable()).await;
    assert!(early.is_err(), "answered although there was no permit");
    drop(first);
    assert!(read_to_close(&mut second).await.ends_with("ok"));
}

#[tokio::test]
async fn a_client_that_does_not_read_loses_its_connection() {
    let limits = ServeLimits {
        connections_max: 1,
        write_timeout: Duration::from_millis(50),
        ..ServeLimits::default()
    };
    let running = start(limits).await;
    let mut stalled = connect(&running).await;
    stalled
        .write_all(b"GET /big HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    stalled.readable().await.unwrap();
    let mut next = connect(&running).await;
    let answer = tokio::time::timeout(Duration::from_secs(10), exchange(&mut next, CLOSE)).await;
    assert!(answer.expect("the slot is released").ends_with("ok"));
}

#[tokio::test]
async fn a_large_response_arrives_complete() {
    let running = start(ServeLimits::default()).await;
    let mut stream = connect(&running).await;
    let request = "GET /big HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n";
    let answer = exchange(&mut stream, request).await;
    assert!(answer.len() > 64 * 1024 * 1024);
}

#[tokio::test]
async fn shutdown_finishes_requests_and_closes_idle_connections() {
    let running = start(ServeLimits::default()).await;
    let mut idle = connect(&running).await;
    exchange_until(&mut idle, "GET / HTTP/1.1\r\nhost: a\r\n\r\n", "ok").await;
    let mut busy = connect(&running).await;
    busy.write_all(b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    running.started_waiting.notified().await;
    running.stop.send(()).unwrap();
    assert_eq!(read_to_close(&mut idle).await, "");
    running.release.notify_one();
    assert!(read_to_close(&mut busy).await.ends_with("done"));
    running.served.await.unwrap();
    assert!(TcpStream::connect(running.address).await.is_err());
}

#[tokio::test]
async fn shutdown_aborts_requests_that_do_not_finish() {
    let limits = ServeLimits {
        shutdown_grace: Duration::from_millis(30),
        ..ServeLimits::default()
    };
    let running = start(limits).await;
    let mut busy = connect(&running).await;
    busy.write_all(b"GET /wait HTTP/1.1\r\nhost: a\r\n\r\n")
        .await
        .unwrap();
    running.started_waiting.notified().await;
    running.stop.send(()).unwrap();
    running.served.await.unwrap();
    assert_eq!(read_to_close(&mut busy).await, "");
}

#[tokio::test]
async fn a_body_announced_too_large_is_refused_before_it_is_sent() {
    let running = start(ServeLimits::default()).await;
    let mut stream = connect(&running).await;
    let head = "POST /read HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 999999999\r\n\r\n";
    let answer = exchange(&mut stream, head).await;
    assert!(answer.contains("413 body_too_large"), "{answer}");
}
