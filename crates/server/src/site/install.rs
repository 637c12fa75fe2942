//! The installable web app (PWA): web app manifest, service worker, offline page.

use askama::Template;
use axum::Router;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::HeaderMap;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, VARY};
use serde_json::{Value, json};

use super::shell::Shell;
use super::texts::{Lang, Texts};
use super::{assets, response};
use web::AppError;

/// Background colour of the light theme.
const PAPER: &str = "#fff7f8";
/// Brand colour.
const BRAND: &str = "#b3184e";

/// `/manifest.webmanifest`, `/sw.js`, `/offline`.
pub fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route("/manifest.webmanifest", get(manifest))
        .route("/sw.js", get(worker))
        .route("/offline", get(offline))
}

#[derive(Template)]
#[template(path = "offline.html")]
struct OfflinePage {
    shell: Shell,
}

async fn manifest(headers: HeaderMap) -> Response {
    let t = Texts(Lang::accepted(&headers));
    let icon = |file: &str, size: &str, purpose: &str| -> Value {
        let kind = if file.ends_with(".svg") {
            "image/svg+xml"
        } else {
            "image/png"
        };
        json!({"src": assets::path(file), "sizes": size, "type": kind, "purpose": purpose})
    };
    let shortcut = |name: &str, url: &str| -> Value {
        json!({"name": name, "url": url, "icons": [icon("icons/icon-192.png", "192x192", "any")]})
    };
    let manifest = json!({
        "id": "/",
        "name": "FunSun",
        "short_name": "FunSun",
        "description": t.say("site.description"),
        "lang": t.lang(),
        "dir": "ltr",
        "categories": ["social", "shopping"],
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": PAPER,
        "theme_color": BRAND,
        "icons": [
            icon("icons/icon-192.png", "192x192", "any"),
            icon("icons/icon-512.png", "512x512", "any"),
            icon("icons/icon-maskable-512.png", "512x512", "maskable"),
            icon("icons/icon.svg", "any", "any"),
        ],
        "shortcuts": [
            shortcut(t.say("nav.open"), "/fundings/new"),
            shortcut(t.say("nav.explore"), "/explore"),
            shortcut(t.say("nav.notifications"), "/notifications"),
        ],
    });
    let headers = [
        (CONTENT_TYPE, "application/manifest+json; charset=utf-8"),
        (CACHE_CONTROL, "public, max-age=3600"),
        (VARY, "Accept-Language"),
    ];
    (headers, manifest.to_string()).into_response()
}

/// Serves the service worker. Not cached: it contains the version, so it changes with every asset.
async fn worker() -> Result<Response, AppError> {
    let script = assets::content("js/sw.js").unwrap_or_default();
    let script = String::from_utf8_lossy(script).replace("{version}", assets::version());
    let headers = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; connect-src 'self'",
        ),
    ];
    Ok((headers, script).into_response())
}

/// Serves the offline page. It depends on the language only, since the service worker caches it.
async fn offline(headers: HeaderMap) -> Result<Response, AppError> {
    let t = Texts(Lang::accepted(&headers));
    let shell = Shell {
        title: t.say("offline.title").to_owned(),
        path: "/".to_owned(),
        ..Shell::bare(t)
    };
    response::page(&OfflinePage { shell })
}
