//! Assembles the application: routes, middleware in order, API document.

use std::convert::Infallible;
use std::sync::Arc;

use axum::body::Body;
use axum::middleware::Next;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Router, middleware};
use http::{HeaderMap, Method, Request, StatusCode, Uri};
use tower::{Layer, Service};
use tower_http::compression::CompressionLayer;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as OpenApiDocument;

use crate::config::Profile;
use crate::db::with_budget;
use crate::state::AppState;
use crate::{
    dev, follows, fundings, home, identity, media, members, notifications, payments, people,
    reports, site, status, styleguide, supports,
};
use web::headers::EdgeLayer;
use web::path::CanonicalPathLayer;
use web::rate_limit::{Rate, RateLimitLayer, RateLimits, Rates, RouteClasses};
use web::{AppError, Routes, docs};

/// The API document without its operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "FunSun",
        description = docs::CONVENTIONS
    ),
    tags(
        (name = "account", description = "Logging in with Kakao, profiles, search, leaving"),
        (name = "follow", description = "Following; two who follow each other are friends"),
        (name = "funding", description = "A wish with a goal and a deadline"),
        (name = "support", description = "A friend's payment to a funding, with a message"),
        (name = "payment", description = "KakaoPay: ready, approve, look; where the payer returns"),
        (name = "report", description = "Flagging a funding, a member or a support"),
        (name = "media", description = "Pictures"),
        (name = "kakao", description = "Calls from Kakao"),
        (name = "operation", description = "For operators"),
    )
)]
struct Document;

/// Rate limits by kind of request: requests per minute, and burst.
const RATES: Rates = Rates {
    read: Rate::new(6_000, 1_000),
    write: Rate::new(120, 60),
    login: Rate::new(60, 30),
    payment: Rate::new(60, 30),
    search: Rate::new(60, 30),
    preview: Rate::new(120, 60),
    upload: Rate::new(20, 20),
    payer_return: Rate::new(240, 60),
};

/// Routes of the JSON API.
fn api() -> Routes<AppState> {
    Routes::new()
        .merge(people::router())
        .merge(members::router())
        .merge(follows::router())
        .merge(fundings::router())
        .merge(supports::router())
        .merge(payments::router())
        .merge(reports::router())
        .merge(media::api::router())
        .merge(status::router())
}

/// Routes of the web app's pages, which read the visitor's session.
fn pages(profile: Profile) -> Routes<AppState> {
    let for_developers = match profile {
        Profile::Dev => styleguide::router(),
        Profile::Production => Routes::new(),
    };
    for_developers
        .merge(home::router())
        .merge(home::about::router())
        .merge(people::pages::router())
        .merge(members::pages::router())
        .merge(fundings::pages::router())
        .merge(payments::pages::router())
        .merge(payments::history::router())
        .merge(supports::pages::router())
        .merge(reports::pages::router())
        .merge(follows::pages::router())
        .merge(notifications::pages::router())
        .merge(notifications::push_router())
        .merge(media::waiting::router())
}

/// Returns the API document.
pub fn document() -> OpenApiDocument {
    document_of(
        api().into_parts().1,
        pages(Profile::Production).into_parts().1,
    )
}

/// Completes the document. It includes the pages that payers return to.
fn document_of(api: OpenApiDocument, pages: OpenApiDocument) -> OpenApiDocument {
    let mut document = Document::openapi();
    document.merge(api);
    document.merge(pages);
    docs::complete(&mut document);
    document
}

/// The pages with every handler replaced by `KNOWN`, to test whether a path exists.
fn known_pages(pages: Router<AppState>, state: &AppState) -> Router {
    let answer_known = middleware::from_fn(|_: Request<Body>, _: Next| async { KNOWN });
    pages.route_layer(answer_known).with_state(state.clone())
}

const KNOWN: StatusCode = StatusCode::NO_CONTENT;

/// Handles unknown paths: redirects to the page without the trailing slash, if there is one.
async fn fallback(known: Router, request: Request<Body>) -> Response {
    let reads = [Method::GET, Method::HEAD].contains(request.method());
    let bare = web::path::without_slash(request.uri()).filter(|_| reads);
    match bare {
        Some(path) if is_page(known, &path).await => Redirect::permanent(&path).into_response(),
        _ => no_such_path().into_response(),
    }
}

async fn is_page(mut known: Router, path: &str) -> bool {
    let Ok(request) = Request::get(path).body(Body::empty()) else {
        return false;
    };
    let Ok(response) = known.call(request).await;
    response.status() == KNOWN
}

fn no_such_path() -> AppError {
    AppError::not_found("no_such_path", "there is nothing at this path")
}

fn method_not_allowed() -> AppError {
    AppError::method_not_allowed("method", "this path takes another method")
}

/// Builds the service that handles all requests.
///
/// # Errors
/// When the API document can't be rendered.
pub fn service(
    state: &AppState,
) -> anyhow::Result<
    impl Service<Request<Body>, Response = Response, Error = Infallible, Future: Send + 'static>
    + Clone
    + Send
    + 'static,
> {
    let (api, api_document, api_classes) = api().into_parts();
    let (pages, pages_document, page_classes) = pages(state.config.profile).into_parts();
    let (previews, _, preview_classes) = fundings::pages::preview::router().into_parts();
    let classes = api_classes.merge(page_classes).merge(preview_classes);
    let document = document_of(api_document, pages_document);
    let paths = document.paths.paths.keys().cloned();
    let paths: Vec<String> = paths.chain(docs::PATHS.map(str::to_owned)).collect();
    let mut api = api.merge(docs::router(&document)?);
    if state.config.test_clock {
        api = api.merge(dev::router());
    }
    let router = api
        .method_not_allowed_fallback(|| async { method_not_allowed() })
        .merge(with_session(state, pages))
        .merge(public_files(previews))
        .with_state(state.clone())
        .layer(middleware::from_fn(|request: Request<Body>, next: Next| {
            with_budget(next.run(request))
        }));
    let production = !state.config.is_dev();
    let limited = rate_limits(state, classes).layer(router);
    Ok(EdgeLayer::new(production).layer(CanonicalPathLayer::new(paths).layer(limited)))
}

/// Wraps the pages in the session middleware and adds the fallback for unknown paths.
fn with_session(state: &AppState, pages: Router<AppState>) -> Router<AppState> {
    let recognise = middleware::from_fn_with_state(state.clone(), identity::recognise);
    let known = known_pages(pages.clone(), state);
    pages
        .fallback(move |request: Request<Body>| fallback(known.clone(), request))
        .method_not_allowed_fallback(|| async { method_not_allowed() })
        .layer(recognise)
        .layer(CompressionLayer::new())
}

/// Routes of files that are the same for every visitor.
fn public_files(previews: Router<AppState>) -> Router<AppState> {
    previews
        .merge(site::assets::router())
        .merge(site::install::router())
        .layer(CompressionLayer::new())
}

fn rate_limits(state: &AppState, classes: RouteClasses) -> RateLimitLayer {
    if !state.config.rate_limits {
        return RateLimitLayer::off();
    }
    let own = state.clone();
    let account_of = Arc::new(move |headers: &HeaderMap, _: &mut http::Extensions| {
        identity::bearer_of(&own, headers)
            .or_else(|| identity::cookie_bearer(&own, headers))
            .map(|bearer| bearer.account.to_string())
    });
    let own = state.clone();
    let render = Arc::new(move |headers: &HeaderMap, uri: &Uri, refusal: AppError| {
        identity::render_early_refusal(&own, headers, uri, refusal)
    });
    let proxies = state.config.trusted_proxies.clone();
    let limits = RateLimits::new(&RATES, proxies, classes, account_of);
    RateLimitLayer::new(Arc::new(limits.rendering(render)))
}
