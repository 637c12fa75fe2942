//! The web app's static files, embedded in the binary: style sheet, scripts, icons. Their URL has a version that is a
//! hash of their content, so that browsers may cache them indefinitely.

use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use sha2::{Digest, Sha256};

use web::AppError;

/// Style sheets, joined in this order into `site.css`.
const CSS: &[&str] = &[
    include_str!("../../assets/css/tokens.css"),
    include_str!("../../assets/css/base.css"),
    include_str!("../../assets/css/layout.css"),
    include_str!("../../assets/css/components.css"),
    include_str!("../../assets/css/screens.css"),
];

/// Expands to a list of names and embedded contents.
macro_rules! embedded {
    ($($file:literal)*) => {
        &[$(($file, include_bytes!(concat!("../../assets/", $file)))),*]
    };
}

const FILES: &[(&str, &[u8])] = embedded! {
    "css/styleguide.css"
    "icons/apple-touch-icon.png"
    "icons/favicon.svg"
    "icons/icon-192.png"
    "icons/icon-512.png"
    "icons/icon-maskable-512.png"
    "icons/icon.svg"
    "icons/sprite.svg"
    "js/amount.js"
    "js/crop.js"
    "js/draft.js"
    "js/give.js"
    "js/live.js"
    "js/more.js"
    "js/open.js"
    "js/picture.js"
    "js/push.js"
    "js/searches.js"
    "js/share.js"
    "js/site.js"
    "js/sw.js"
    "js/trusted.js"
    "og.png"
};

static STYLE: LazyLock<String> = LazyLock::new(|| CSS.concat());

static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut digest = Sha256::new_with_prefix(STYLE.as_bytes());
    for (file, content) in FILES {
        digest.update(file.as_bytes());
        digest.update(content);
    }
    let digest = digest.finalize();
    hex::encode(&digest[..6])
});

/// `/assets/{version}/{file}`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new().route("/assets/{version}/{*file}", get(serve))
}

/// Returns the URL path of a file.
pub fn path(file: &str) -> String {
    format!("/assets/{}/{file}", *VERSION)
}

/// Returns the content of a file.
pub fn content(file: &str) -> Option<&'static [u8]> {
    if file == "site.css" {
        return Some(STYLE.as_bytes());
    }
    FILES
        .iter()
        .find(|(known, _)| *known == file)
        .map(|(_, content)| *content)
}

/// Returns the version: a hash of all files.
pub fn version() -> &'static str {
    &VERSION
}

/// Serves a file. For an outdated version it is the current file, with `no-cache`.
async fn serve(Path((version, file)): Path<(String, String)>) -> Result<Response, AppError> {
    let found = content(&file).zip(content_type(&file));
    let (content, content_type) = found
        .ok_or_else(|| AppError::not_found("no_such_path", "there is nothing at this path"))?;
    let caching = if version == *VERSION {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let headers = [(CONTENT_TYPE, content_type), (CACHE_CONTROL, caching)];
    Ok((headers, Body::from(Bytes::from_static(content))).into_response())
}

fn content_type(file: &str) -> Option<&'static str> {
    Some(match file.rsplit_once('.')?.1 {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => return None,
    })
}
