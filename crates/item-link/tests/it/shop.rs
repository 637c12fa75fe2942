//! A local shop.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use item_link::{Client, Failure, Item};
use public_http::AddressPolicy;
use tokio::net::TcpListener;
use tokio::sync::Mutex;

/// A local web server with the pages of a test.
pub struct Shop {
    pub url: String,
    requests: Arc<Mutex<Vec<HeaderMap>>>,
}

#[derive(Clone)]
struct Site {
    page: Arc<dyn Fn(&str) -> Response + Send + Sync>,
    requests: Arc<Mutex<Vec<HeaderMap>>>,
}

async fn answer(State(site): State<Site>, Path(path): Path<String>, request: Request) -> Response {
    site.requests.lock().await.push(request.headers().clone());
    if path == "never" {
        std::future::pending::<()>().await;
    }
    (site.page)(&path)
}

impl Shop {
    /// A shop whose responses `page` returns by path.
    pub async fn new(page: impl Fn(&str) -> Response + Send + Sync + 'static) -> Self {
        let requests = Arc::default();
        let site = Site {
            page: Arc::new(page),
            requests: Arc::clone(&requests),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new()
            .route("/{*path}", any(answer))
            .with_state(site);
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, requests }
    }

    /// A shop with one page, and a picture at `/picture`.
    pub async fn of_page(content_type: &'static str, page: impl Into<Vec<u8>>) -> Self {
        let page = page.into();
        Self::new(move |path| match path {
            "picture" => Body::from("a picture").into_response(),
            _ => html(content_type, page.clone()),
        })
        .await
    }

    /// Fetches the item at a path.
    pub async fn fetch(&self, path: &str) -> Result<Item, Failure> {
        client(AddressPolicy::AllowLoopback)
            .fetch(&format!("{}/{path}", self.url))
            .await
    }

    /// The headers of all requests so far.
    pub async fn requests(&self) -> Vec<HeaderMap> {
        self.requests.lock().await.clone()
    }
}

pub fn client(policy: AddressPolicy) -> Client {
    Client::new("FunSun-Test/1", policy).unwrap()
}

pub fn html(content_type: &'static str, page: impl Into<Body>) -> Response {
    ([(CONTENT_TYPE, content_type)], page.into()).into_response()
}

pub fn redirect(to: &str) -> Response {
    (StatusCode::FOUND, [(LOCATION, to)]).into_response()
}
