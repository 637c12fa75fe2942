//! Error pages: the same status as the API's, with texts in the viewer's language.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{ACCEPT, RETRY_AFTER};
use http::{HeaderMap, header};

use super::response;
use super::shell::Shell;
use web::Refusal;

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    shell: Shell,
    status: u16,
    text: &'static str,
    code: &'static str,
    home: bool,
    log_in: bool,
}

/// Whether the client accepts HTML.
pub fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

/// Renders a refusal as a page with the same status.
pub fn as_page(refused: &Response, refusal: &Refusal, mut shell: Shell) -> Response {
    // Guests get the same text for a hidden funding and a missing one, so that the page does not reveal which.
    let log_in = refusal.code == "no_such_funding" && shell.is_guest();
    let kind = if log_in {
        "log_in_to_see"
    } else {
        kind(refusal)
    };
    let words = |part| shell.t.say(&["error.", kind, part].concat());
    let (title, text) = (words(".title"), words(".text"));
    shell.title = title.to_owned();
    let page = ErrorPage {
        shell,
        status: refusal.status.as_u16(),
        text,
        code: refusal.code,
        log_in,
        home: refusal.status != StatusCode::TOO_MANY_REQUESTS,
    };
    match response::with_status(refusal.status, &page) {
        Ok(mut response) => {
            for name in [RETRY_AFTER, header::SET_COOKIE, header::ALLOW] {
                if let Some(value) = refused.headers().get(&name) {
                    response.headers_mut().insert(name, value.clone());
                }
            }
            response
        }
        Err(error) => error.into_response(),
    }
}

/// Returns the key of the texts for this refusal.
fn kind(refusal: &Refusal) -> &'static str {
    match refusal.status {
        StatusCode::NOT_FOUND if refusal.code == "no_such_member" => "no_member",
        StatusCode::GONE if refusal.code == "member_gone" => "no_member",
        StatusCode::FORBIDDEN if refusal.code == "stale_form" => "stale_form",
        StatusCode::FORBIDDEN if refusal.code == "suspended" => "suspended",
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => "not_found",
        StatusCode::GONE => "gone",
        StatusCode::TOO_MANY_REQUESTS => "too_many",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable",
        status if status.is_server_error() => "internal",
        StatusCode::CONFLICT => "conflict",
        StatusCode::PAYLOAD_TOO_LARGE => "too_large",
        _ => "bad_request",
    }
}
