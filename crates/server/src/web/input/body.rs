//! Reads a request body into memory, never more than allowed and never longer than allowed.

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::HeaderMap;
use http::header::CONTENT_LENGTH;
use http_body_util::BodyExt;
use hyper::body::Body as _;

use super::InputLimits;
use crate::web::error::AppError;

/// Reads the whole body.
///
/// # Errors
/// 413 above `bytes_max`, 408 after the deadline, 400 when the connection breaks off.
pub(super) async fn read(
    body: Body,
    headers: &HeaderMap,
    bytes_max: usize,
    limits: &InputLimits,
) -> Result<Bytes, AppError> {
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let announced = announced_bytes(headers);
    if announced.is_some_and(|bytes| bytes > bytes_max) {
        return Err(too_large(bytes_max));
    }
    let reading = collect(body, announced.unwrap_or(0), bytes_max);
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

async fn collect(mut body: Body, announced: usize, bytes_max: usize) -> Result<Bytes, AppError> {
    let mut all = BytesMut::new();
    while let Some(frame) = body.frame().await {
        let frame = frame
            .map_err(|_| AppError::bad_request("broken_body", "the body could not be read"))?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        if data.len() > bytes_max.saturating_sub(all.len()) {
            return Err(too_large(bytes_max));
        }
        if all.is_empty() {
            if data.len() >= announced && body.is_end_stream() {
                return Ok(data);
            }
            all.reserve(announced.max(data.len()));
        }
        all.extend_from_slice(&data);
    }
    Ok(all.freeze())
}

fn too_large(bytes_max: usize) -> AppError {
    AppError::payload_too_large(
        "body_too_large",
        format!("the body takes at most {bytes_max} bytes"),
    )
}
