//! The listener. Each connection carries a [`Wire`] through which a handler can cut it off in the
//! middle of a call: that is how an answer gets lost after the work was done.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinSet;
use tower::ServiceExt;

/// Handle on the connection that a request came in on.
#[derive(Clone, Default)]
pub(crate) struct Wire(Arc<Notify>);

impl Wire {
    /// Closes the connection without an answer. The caller is dropped with it.
    pub(crate) async fn cut<T>(&self) -> T {
        self.0.notify_one();
        std::future::pending().await
    }
}

/// Accepts connections until `stop` fires or its sender is gone; then cuts all that are open.
pub(crate) async fn serve(listener: TcpListener, router: Router, mut stop: oneshot::Receiver<()>) {
    let mut open = JoinSet::new();
    loop {
        tokio::select! {
            _ = &mut stop => return,
            Some(_) = open.join_next(), if !open.is_empty() => {}
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    open.spawn(converse(stream, router.clone()));
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    // Out of descriptors: give the open connections a moment to end.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        }
    }
}

async fn converse(stream: TcpStream, router: Router) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "the connection keeps its delay");
    }
    let wire = Wire::default();
    let given = wire.clone();
    let service = service_fn(move |mut request: Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(given.clone());
        let router = router.clone();
        async move { Ok::<_, Infallible>(answer(router, request.map(Body::new)).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        () = wire.0.notified() => {}
        ended = connection => if let Err(error) = ended {
            tracing::debug!(%error, "a connection broke off");
        }
    }
}

async fn answer(router: Router, request: Request<Body>) -> axum::response::Response {
    match router.oneshot(request).await {
        Ok(response) => response,
        Err(impossible) => match impossible {},
    }
}
