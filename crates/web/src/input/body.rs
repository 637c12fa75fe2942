//! Reads a request body into memory, within limits of size and time.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use hyper::body::Body as _;
use tokio::sync::{Semaphore, SemaphorePermit};

use super::InputLimits;
use crate::error::AppError;

/// Large bodies (above the limit of a form) in memory at the same time, over all connections: at most this many
/// times 11 MiB.
const LARGE_BODIES_MAX: usize = 12;
/// Time that a large body waits for a permit before the request is refused with 429.
const PERMIT_TIMEOUT: Duration = Duration::from_secs(10);

static LARGE_BODIES: Semaphore = Semaphore::const_new(LARGE_BODIES_MAX);

/// The permit of a large body, held for as long as the body is in memory.
pub(super) type BodyPermit = SemaphorePermit<'static>;

/// Reads the whole body.
///
/// # Errors
/// 413 above `bytes_max`, 408 after the deadline, 400 when the connection breaks, 429 when too many
/// large bodies are in memory.
pub(super) async fn read(
    body: Body,
    headers: &HeaderMap,
    bytes_max: usize,
    limits: &InputLimits,
) -> Result<(Bytes, Option<BodyPermit>), AppError> {
    if body.is_end_stream() {
        return Ok((Bytes::new(), None));
    }
    let announced = announced_bytes(headers);
    if announced.is_some_and(|bytes| bytes > bytes_max) {
        return Err(too_large(bytes_max));
    }
    let expected = announced.unwrap_or(0);
    let reading = collect(body, expected, bytes_max, limits.plain_bytes_max);
    match tokio::time::timeout(limits.deadline, reading).await {
        Ok(outcome) => outcome,
        Err(_) => Err(AppError::request_timeout(
            "slow_body",
            format!(
                "the body must arrive within {} s",
                limits.deadline.as_secs()
            ),
        )),
    }
}

/// A length that does not fit counts as too large, not as unknown.
fn announced_bytes(headers: &HeaderMap) -> Option<usize> {
    let text = headers.get(CONTENT_LENGTH)?.to_str().ok()?;
    Some(text.parse().unwrap_or(usize::MAX))
}

async fn collect(
    mut body: Body,
    announced: usize,
    bytes_max: usize,
    permit_free_max: usize,
) -> Result<(Bytes, Option<BodyPermit>), AppError> {
    let mut all = BytesMut::new();
    let mut permit = None;
    while let Some(frame) = body.frame().await {
        let frame = frame
            .map_err(|_| AppError::bad_request("broken_body", "the body could not be read"))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if data.len() > bytes_max.saturating_sub(all.len()) {
            return Err(too_large(bytes_max));
        }
        if permit.is_none() && announced.max(all.len() + data.len()) > permit_free_max {
            permit = Some(acquire_permit().await?);
        }
        if all.is_empty() {
            if data.len() >= announced && body.is_end_stream() {
                return Ok((data, permit));
            }
            all.reserve(announced.max(data.len()));
        }
        all.extend_from_slice(&data);
    }
    Ok((all.freeze(), permit))
}

async fn acquire_permit() -> Result<BodyPermit, AppError> {
    match tokio::time::timeout(PERMIT_TIMEOUT, LARGE_BODIES.acquire()).await {
        Ok(permit) => permit.map_err(AppError::internal),
        Err(_) => Err(AppError::too_many(PERMIT_TIMEOUT.as_secs())),
    }
}

fn too_large(bytes_max: usize) -> AppError {
    AppError::payload_too_large(
        "body_too_large",
        format!("the body takes at most {bytes_max} bytes"),
    )
}
