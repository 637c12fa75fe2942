//! The accept loop: HTTP/1.1 connections within limits, so that slow, greedy or numerous clients cost
//! little, and a graceful shutdown.

mod connection;
mod connection_slots;
mod drain;
mod write_timeout;

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use http::Request;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tower::Service;

use self::connection::PeerService;
use self::connection_slots::ConnectionSlots;
use self::write_timeout::WriteTimeout;
use super::client_address::TrustedProxies;

/// Read buffer of one connection, in bytes; bodies pass through it in pieces.
const BUFFER_BYTES_MAX: usize = 64 * 1024;

/// Pause after a failed accept, usually for lack of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Limits of connections.
#[derive(Clone, Debug)]
pub struct ServeLimits {
    /// Time for a request's head to arrive; a kept-alive connection may idle as long.
    pub header_read_timeout: Duration,
    /// Time that a response may wait for the client to read on.
    pub write_timeout: Duration,
    /// A request's head, in bytes; above it the response is 431.
    pub head_bytes_max: usize,
    /// Header lines of a request; above it the response is 431.
    pub headers_max: usize,
    /// Open connections; further ones wait in the listen backlog.
    pub connections_max: usize,
    /// Open connections of one address; further ones are closed immediately.
    pub connections_per_address_max: u32,
    /// Trusted proxies, which carry the connections of many clients: exempt from the limit by address.
    pub proxies: TrustedProxies,
    /// Time for running requests to finish at shutdown.
    pub shutdown_grace: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            header_read_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(30),
            head_bytes_max: 16 * 1024,
            headers_max: 64,
            connections_max: 4096,
            connections_per_address_max: 512,
            proxies: TrustedProxies::default(),
            shutdown_grace: Duration::from_secs(30),
        }
    }
}

/// Serves `service` on `listener` until `shutdown` completes, then finishes the requests in progress.
///
/// Handlers find the peer's address as `ConnectInfo<SocketAddr>`. Returns when every connection has ended,
/// or after the grace time at the latest.
pub async fn serve<S, F>(listener: TcpListener, service: S, limits: ServeLimits, shutdown: F)
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
    F: Future<Output = ()>,
{
    let mut server = Server::new(service, limits);
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        tokio::select! {
            () = &mut shutdown => break,
            Some(_) = server.tasks.join_next() => {}
            (stream, permit) = accept(&listener, &server.permits) => server.open(stream, permit),
        }
    }
    // Refuse new connections while the open ones finish.
    drop(listener);
    server.finish().await;
}

struct Server<S> {
    service: S,
    http: http1::Builder,
    limits: ServeLimits,
    permits: Arc<Semaphore>,
    slots: ConnectionSlots,
    graceful: GracefulShutdown,
    tasks: JoinSet<()>,
}

impl<S> Server<S>
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    fn new(service: S, limits: ServeLimits) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new())
            .header_read_timeout(limits.header_read_timeout)
            .max_header_size(limits.head_bytes_max)
            .max_buf_size(BUFFER_BYTES_MAX)
            // A client that disconnects must not cancel a handler in the middle of its work.
            .half_close(true);
        Self {
            service,
            http,
            permits: Arc::new(Semaphore::new(limits.connections_max)),
            slots: ConnectionSlots::new(limits.connections_per_address_max),
            limits,
            graceful: GracefulShutdown::new(),
            tasks: JoinSet::new(),
        }
    }

    /// Starts serving one connection, unless its address has too many already.
    fn open(&mut self, stream: TcpStream, permit: OwnedSemaphorePermit) {
        let Ok(peer) = stream.peer_addr() else {
            return;
        };
        let address: IpAddr = peer.ip().to_canonical();
        let slot = if self.limits.proxies.contains(address) {
            None
        } else if let Some(slot) = self.slots.acquire(address) {
            Some(slot)
        } else {
            tracing::debug!("connection refused: too many from one address");
            return;
        };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "cannot set TCP_NODELAY");
        }
        let service = PeerService::new(self.service.clone(), peer, self.limits.headers_max);
        let socket = WriteTimeout::new(TokioIo::new(stream), self.limits.write_timeout);
        let connection = self.http.serve_connection(socket, service);
        let connection = self.graceful.watch(connection);
        self.tasks.spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended early");
            }
            drop((permit, slot));
        });
    }

    /// Lets open connections finish their request; aborts what is left after the grace time.
    async fn finish(self) {
        let Self {
            graceful,
            limits,
            mut tasks,
            ..
        } = self;
        if tokio::time::timeout(limits.shutdown_grace, graceful.shutdown())
            .await
            .is_err()
        {
            tracing::warn!("aborting requests that did not finish within the grace time");
        }
        tasks.shutdown().await;
    }
}

/// The next connection, once a permit is free. A failed accept does not end the loop.
async fn accept(
    listener: &TcpListener,
    permits: &Arc<Semaphore>,
) -> (TcpStream, OwnedSemaphorePermit) {
    let permit = Arc::clone(permits)
        .acquire_owned()
        .await
        .expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, permit),
            Err(error) if concerns_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "cannot accept connections");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

fn concerns_one_connection(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}
