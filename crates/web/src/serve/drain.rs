//! Drains request bodies that a handler did not read. A request refused early (an expired token, a picture too
//! large) leaves its body unread; closing the connection then resets it, and the client sees a broken
//! connection instead of the response: the mobile app would not refresh its token. So the rest is read and
//! discarded, within bounds.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::runtime::Handle;
use tokio::time::timeout;

/// Maximum discarded, in bytes: more than the largest upload allowed.
const BYTES_MAX: usize = 32 * 1024 * 1024;
/// Maximum wait for the next bytes.
const PAUSE_MAX: Duration = Duration::from_secs(2);
/// Maximum time for the whole drain.
const TIME_MAX: Duration = Duration::from_secs(60);

/// A request body that, when dropped before its end, is drained in the background.
pub(super) struct DrainOnDrop(Option<Incoming>);

impl DrainOnDrop {
    pub(super) fn new(body: Incoming) -> Self {
        Self(Some(body))
    }
}

impl Body for DrainOnDrop {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match &mut self.0 {
            Some(body) => Pin::new(body).poll_frame(context),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_ref().is_none_or(Body::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        self.0.as_ref().map(Body::size_hint).unwrap_or_default()
    }
}

impl Drop for DrainOnDrop {
    fn drop(&mut self) {
        let rest = self.0.take().filter(|body| !body.is_end_stream());
        // Without a runtime the process is exiting.
        if let (Some(body), Ok(runtime)) = (rest, Handle::try_current()) {
            runtime.spawn(async move { drop(timeout(TIME_MAX, drain(body)).await) });
        }
    }
}

/// Reads until the end, an error, a long pause or too many bytes; hyper then closes a body still unread.
async fn drain(mut body: Incoming) {
    let mut remaining = BYTES_MAX;
    while let Ok(Some(Ok(frame))) = timeout(PAUSE_MAX, body.frame()).await {
        let bytes = frame.data_ref().map_or(0, Bytes::len);
        match remaining.checked_sub(bytes) {
            Some(rest) => remaining = rest,
            None => return,
        }
    }
}
