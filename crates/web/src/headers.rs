//! The outermost layer: gives each request an id and a log span, adds security headers to the response, and
//! turns a panic into a 500 instead of a broken connection.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use axum::response::{IntoResponse, Response};
use futures_util::FutureExt;
use http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use http::{HeaderMap, HeaderName, HeaderValue, Request};
use tower::{Layer, Service};
use tracing::Instrument;

use super::error::AppError;

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");

/// Characters of a path that are logged.
const LOGGED_PATH_CHARACTERS: usize = 200;

/// Adds an id to every request and headers to every response.
#[derive(Clone, Debug)]
pub struct EdgeLayer {
    shared: Arc<Shared>,
}

/// The id of a request, in its extensions and in the response's `X-Request-Id`.
#[derive(Clone, Debug)]
pub struct RequestId(pub HeaderValue);

#[derive(Debug)]
struct Shared {
    production: bool,
    /// Distinguishes the ids of this process from those of others.
    prefix: u32,
    counter: AtomicU64,
}

impl EdgeLayer {
    /// `production` adds Strict-Transport-Security: correct only where the public address is https.
    pub fn new(production: bool) -> Self {
        Self {
            shared: Arc::new(Shared {
                production,
                prefix: getrandom::u32().unwrap_or_else(|_| std::process::id()),
                counter: AtomicU64::new(1),
            }),
        }
    }
}

impl Shared {
    fn next_id(&self) -> HeaderValue {
        let number = self.counter.fetch_add(1, Ordering::Relaxed);
        let text = format!("{:08x}-{number:06x}", self.prefix);
        HeaderValue::try_from(text).expect("hexadecimal digits are a valid header")
    }
}

impl<S> Layer<S> for EdgeLayer {
    type Service = Edge<S>;

    fn layer(&self, inner: S) -> Edge<S> {
        Edge {
            inner,
            shared: Arc::clone(&self.shared),
        }
    }
}

/// The service of [`EdgeLayer`].
#[derive(Clone, Debug)]
pub struct Edge<S> {
    inner: S,
    shared: Arc<Shared>,
}

impl<S, B> Service<Request<B>> for Edge<S>
where
    S: Service<Request<B>, Response = Response>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Response, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<B>) -> Self::Future {
        let id = self.shared.next_id();
        request.headers_mut().remove(X_REQUEST_ID);
        request.extensions_mut().insert(RequestId(id.clone()));
        let span = tracing::info_span!(
            "request",
            id = id.to_str().unwrap_or_default(),
            method = %request.method(),
            // Without the query: it may carry a signature or a payment token.
            path = logged_path(request.uri().path()),
        );
        let production = self.shared.production;
        // Inner layers may run, and panic, before they return a future.
        let started = catch_unwind(AssertUnwindSafe(|| {
            span.in_scope(|| self.inner.call(request))
        }));
        let responding = async move {
            let outcome = match started {
                Ok(future) => AssertUnwindSafe(future).catch_unwind().await,
                Err(panic) => Err(panic),
            };
            let mut response = match outcome {
                Ok(outcome) => outcome?,
                Err(panic) => AppError::internal(panic_cause(&*panic)).into_response(),
            };
            tracing::debug!(status = response.status().as_u16(), "responded");
            finish(response.headers_mut(), id, production);
            Ok(response)
        };
        Box::pin(responding.instrument(span))
    }
}

/// Adds the headers that the handler did not set itself.
fn finish(headers: &mut HeaderMap, id: HeaderValue, production: bool) {
    let is_json = headers
        .get(CONTENT_TYPE)
        .is_none_or(|kind| kind.as_bytes().starts_with(b"application/json"));
    // Reserve for all headers at once: a map that grows step by step rehashes every name.
    headers.reserve(10);
    headers.insert(X_REQUEST_ID, id);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let defaults = [
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'",
        ),
        // Not `no-referrer`: a browser would then send forms with `Origin: null`.
        (REFERRER_POLICY, "same-origin"),
        (
            PERMISSIONS_POLICY,
            "camera=(), geolocation=(), microphone=(), usb=()",
        ),
        (X_FRAME_OPTIONS, "DENY"),
        (OPENER_POLICY, "same-origin"),
    ];
    for (name, value) in defaults {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if is_json {
        headers
            .entry(CACHE_CONTROL)
            .or_insert(HeaderValue::from_static("no-store"));
    }
    if production {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
}

fn logged_path(path: &str) -> &str {
    match path.char_indices().nth(LOGGED_PATH_CHARACTERS) {
        Some((end, _)) => &path[..end],
        None => path,
    }
}

fn panic_cause(panic: &(dyn std::any::Any + Send)) -> anyhow::Error {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("unknown cause");
    anyhow::anyhow!("panic: {text}")
}
