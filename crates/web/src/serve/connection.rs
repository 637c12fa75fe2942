//! The service of one connection: adds the peer's address to each request's extensions.

use std::convert::Infallible;
use std::net::SocketAddr;

use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::response::{IntoResponse, Response};
use futures_util::future::{Either, Ready, ready};
use http::header::EXPECT;
use http::{Request, StatusCode};
use hyper::body::{Body as _, Incoming};
use tower::util::Oneshot;
use tower::{Service, ServiceExt};

use super::drain::DrainOnDrop;
use crate::error::AppError;

/// Adapts a tower service to hyper.
pub(super) struct PeerService<S> {
    inner: S,
    peer: SocketAddr,
    headers_max: usize,
}

impl<S> PeerService<S> {
    pub(super) fn new(inner: S, peer: SocketAddr, headers_max: usize) -> Self {
        Self {
            inner,
            peer,
            headers_max,
        }
    }
}

impl<S> hyper::service::Service<Request<Incoming>> for PeerService<S>
where
    S: Service<Request<Body>, Response = Response, Error = Infallible> + Clone,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Oneshot<S, Request<Body>>, Ready<Result<Response, Infallible>>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        // Counted here, since hyper's own limit costs an allocation for each request.
        if request.headers().len() > self.headers_max {
            return Either::Right(ready(Ok(too_many_headers())));
        }
        let expects_continue = request.headers().contains_key(EXPECT);
        let mut request = request.map(|body| {
            if body.is_end_stream() || expects_continue {
                Body::new(body)
            } else {
                Body::new(DrainOnDrop::new(body))
            }
        });
        request.extensions_mut().insert(ConnectInfo(self.peer));
        Either::Left(self.inner.clone().oneshot(request))
    }
}

fn too_many_headers() -> Response {
    let mut response =
        AppError::bad_request("too_many_headers", "the request has too many headers")
            .into_response();
    *response.status_mut() = StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE;
    response
}
