//! Black-box tests of the HTTP layer: small routers in process, and bound ports where sockets matter.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking, in its own helpers too"
)]

mod client_address;
mod docs;
mod errors;
mod headers;
mod input_forms;
mod input_json;
mod input_limits;
mod input_multipart;
mod paging;
mod paths;
mod rate_limit;
mod routes;
mod serving;

use axum::body::Body;
use axum::extract::FromRequest;
use axum::response::Response;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use tower::{Service, ServiceExt};
use web::{AppError, Input};

/// A response, read to its end.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

impl Answer {
    async fn of(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Self {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8(bytes.to_vec()).unwrap(),
        }
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

/// Sends one request through a service in process.
async fn send<S>(service: S, request: Request<Body>) -> Answer
where
    S: Service<Request<Body>, Response = Response, Error = std::convert::Infallible>,
{
    Answer::of(service.oneshot(request).await.unwrap()).await
}

fn get(uri: &str) -> Request<Body> {
    Request::builder().uri(uri).body(Body::empty()).unwrap()
}

fn post(content_type: &str, body: impl Into<Body>) -> Request<Body> {
    Request::builder()
        .method("POST")
        .uri("/")
        .header("content-type", content_type)
        .body(body.into())
        .unwrap()
}

async fn read(request: Request<Body>) -> Result<Input, AppError> {
    Input::from_request(request, &()).await
}

/// The status and detail of a request that must be refused while its body is parsed.
async fn refused(request: Request<Body>) -> (u16, String) {
    status_and_detail(read(request).await.unwrap_err())
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "takes the result of `unwrap_err`, at the end of a chain"
)]
fn status_and_detail(error: AppError) -> (u16, String) {
    (error.status().as_u16(), error.detail().to_owned())
}
