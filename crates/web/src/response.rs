//! Responses: JSON that declares its charset (the mobile app decodes it as Latin-1 otherwise), pages of a
//! list with the link to the next page, and the empty 204.

use std::cell::RefCell;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, LINK};
use http::{HeaderValue, StatusCode};
use serde::Serialize;

use super::error::AppError;

/// The content type of every JSON response.
pub const JSON_UTF8: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// A scratch buffer larger than this is freed after use, in bytes.
const SCRATCH_BYTES_KEPT: usize = 64 * 1024;

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A 200 response with `T` as JSON. For 201 use [`created`].
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        with_status(StatusCode::OK, &self.0)
    }
}

/// A 201 response with `value` as JSON.
pub fn created<T: Serialize>(value: &T) -> Response {
    with_status(StatusCode::CREATED, value)
}

/// A 204 response: no such data, or no more pages. It has no body, and the connection stays usable.
pub fn no_content() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// A response of `status` with `value` as JSON; 500 when `value` does not serialize.
pub fn with_status<T: Serialize>(status: StatusCode, value: &T) -> Response {
    match json_body(value) {
        Ok(body) => {
            let mut response = Response::new(Body::from(body));
            *response.status_mut() = status;
            response.headers_mut().insert(CONTENT_TYPE, JSON_UTF8);
            response
        }
        Err(error) => AppError::internal(error).into_response(),
    }
}

/// One page of a list: a JSON array, and the `Link` header when there is a next page.
#[derive(Debug)]
pub struct Page<T> {
    /// The items of the page, in order.
    pub items: Vec<T>,
    /// The value of the `Link` header, built by [`super::paging::next_link`].
    pub next: Option<HeaderValue>,
}

impl<T: Serialize> IntoResponse for Page<T> {
    fn into_response(self) -> Response {
        let mut response = with_status(StatusCode::OK, &self.items);
        if let Some(next) = self.next {
            response.headers_mut().insert(LINK, next);
        }
        response
    }
}

/// Serializes into a buffer of the thread, then copies once into one of the exact size: growing a new buffer
/// would copy the first bytes again and again.
pub(super) fn json_body<T: Serialize + ?Sized>(value: &T) -> serde_json::Result<Bytes> {
    SCRATCH.with(|scratch| {
        // The buffer is already borrowed when serializing `value` serializes another response.
        let Ok(mut buffer) = scratch.try_borrow_mut() else {
            return serde_json::to_vec(value).map(Bytes::from);
        };
        buffer.clear();
        let outcome = serde_json::to_writer(&mut *buffer, value);
        let body = outcome.map(|()| Bytes::copy_from_slice(&buffer));
        if buffer.capacity() > SCRATCH_BYTES_KEPT {
            *buffer = Vec::new();
        }
        body
    })
}

/// The body of an answer that has nothing else to say; clients that decode every body can.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Done {
    /// Always `done`.
    #[schema(example = "done")]
    detail: &'static str,
}

/// A response of `status` whose body says that the request was carried out.
pub fn done(status: StatusCode) -> Response {
    with_status(status, &Done { detail: "done" })
}
