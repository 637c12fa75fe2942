//! The front page and the style sheet of all pages.

use askama::Template;
use axum::Router;
use axum::response::Response;
use axum::routing::get;

use crate::http::{page, raw};
use crate::state::SharedState;

#[derive(Template)]
#[template(path = "front.html")]
struct Front;

pub(crate) fn router() -> Router<SharedState> {
    Router::new()
        .route("/", get(front))
        .route("/sandbox/style.css", get(style))
}

async fn front() -> Response {
    page(200, &Front)
}

async fn style() -> Response {
    raw(
        200,
        "text/css; charset=utf-8",
        include_str!("../templates/style.css"),
    )
}
