//! The API document for people and programs: Swagger UI, plain JSON and YAML, and a reading view without any
//! script. Everything is rendered once, at startup, and self-hosted.

mod complete;
mod prose;
mod reference;
mod schema;
mod tree;
mod yaml;

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use http::{HeaderName, HeaderValue};
use utoipa::openapi::OpenApi;
use utoipa_swagger_ui::Config;

use self::reference::ReferencePage;
use super::error::AppError;
use super::input::PathInput;
use super::response::JSON_UTF8;

pub use self::complete::complete;

/// What every client needs to know before its first call, in Markdown.
pub const CONVENTIONS: &str = include_str!("conventions.md");

/// The canonical paths of these routes, for [`crate::path::CanonicalPathLayer`].
pub const PATHS: [&str; 5] = [
    "/swagger/",
    "/swagger.json",
    "/swagger.yaml",
    "/redoc/",
    "/redoc/reference.css",
];

/// Swagger UI styles elements from its script and draws its icons from data URLs.
const SWAGGER_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; \
    frame-ancestors 'none'";

const REFERENCE_CSP: &str = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The document may be cached for a few minutes; files of Swagger UI change only with a release.
const CACHE_SHORT: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// Routes for [`PATHS`].
///
/// # Errors
/// When `document` can't be written as JSON or rendered.
pub fn router<S>(document: &OpenApi) -> anyhow::Result<Router<S>>
where
    S: Clone + Send + Sync + 'static,
{
    let tree = serde_json::to_value(document)?;
    let json = constant(serde_json::to_vec(&tree)?, JSON_UTF8, None);
    let yaml = constant(
        yaml::write(&tree).into_bytes(),
        HeaderValue::from_static("application/yaml; charset=utf-8"),
        None,
    );
    let page = constant(
        ReferencePage::of(&tree).render()?.into_bytes(),
        HeaderValue::from_static("text/html; charset=utf-8"),
        Some(REFERENCE_CSP),
    );
    let css = constant(
        include_bytes!("reference.css").to_vec(),
        HeaderValue::from_static("text/css; charset=utf-8"),
        None,
    );
    let config = Arc::new(
        Config::from("/swagger.json")
            .validator_url("none")
            .use_base_layout()
            .deep_linking(true),
    );
    let index = Arc::clone(&config);
    Ok(Router::new()
        .route("/swagger.json", get(json))
        .route("/swagger.yaml", get(yaml))
        .route("/redoc/", get(page))
        .route("/redoc/reference.css", get(css))
        .route("/swagger/", get(async move || swagger_file("", index)))
        .route(
            "/swagger/{*file}",
            get(async move |PathInput(file): PathInput<String>| swagger_file(&file, config)),
        ))
}

/// The document as block YAML 1.2.
///
/// # Errors
/// When `document` can't be written as JSON.
pub fn to_yaml(document: &OpenApi) -> serde_json::Result<String> {
    Ok(yaml::write(&serde_json::to_value(document)?))
}

/// A handler that always responds with the same bytes.
fn constant(
    content: Vec<u8>,
    content_type: HeaderValue,
    policy: Option<&'static str>,
) -> impl Fn() -> std::future::Ready<Response> + Clone + Send + Sync + 'static {
    let content = Bytes::from(content);
    move || {
        let mut response = Response::new(Body::from(content.clone()));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, content_type.clone());
        headers.insert(CACHE_CONTROL, CACHE_SHORT);
        if let Some(policy) = policy {
            headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        }
        std::future::ready(response)
    }
}

fn swagger_file(path: &str, config: Arc<Config<'static>>) -> Response {
    let file = match utoipa_swagger_ui::serve(path, config) {
        Ok(Some(file)) => file,
        Ok(None) => return AppError::not_found("not_found", "no such file").into_response(),
        Err(error) => return AppError::internal(anyhow::anyhow!("{error}")).into_response(),
    };
    let mut response = Response::new(Body::from(file.bytes.into_owned()));
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value: HeaderValue| headers.insert(name, value);
    if let Ok(kind) = HeaderValue::try_from(file.content_type) {
        set(CONTENT_TYPE, kind);
    }
    if file.gzpipped {
        set(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    set(CACHE_CONTROL, CACHE_SHORT);
    set(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(SWAGGER_CSP),
    );
    response
}
