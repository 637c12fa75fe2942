//! The application put together: its routes, the order of the layers around them, its API document.

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
use utoipa_axum::router::OpenApiRouter;

use crate::config::Profile;
use crate::state::AppState;
use crate::{
    dev, follows, fundings, home, identity, media, members, notifications, payments, people,
    reports, site, status, styleguide, supports,
};
use web::headers::EdgeLayer;
use web::path::CanonicalPathLayer;
use web::rate_limit::{Class, Rate, RateLimitLayer, RateLimits, Rates, RouteClasses};
use web::{AppError, docs};

/// What the API document says about the whole.
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

/// Requests a minute and at once, by kind of request.
const RATES: Rates = Rates {
    read: Rate::new(6_000, 1_000),
    write: Rate::new(120, 60),
    login: Rate::new(60, 30),
    payment: Rate::new(60, 30),
    search: Rate::new(60, 30),
    preview: Rate::new(120, 60),
    upload: Rate::new(20, 20),
};

/// Every route that is in the API document.
struct Routes {
    api: Router<AppState>,
    /// Pages that the payer's browser comes back to.
    return_pages: Router<AppState>,
    document: utoipa::openapi::OpenApi,
}

fn routes() -> Routes {
    let (api, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .merge(people::router())
        .merge(members::router())
        .merge(follows::router())
        .merge(fundings::router())
        .merge(supports::router())
        .merge(payments::router())
        .merge(reports::router())
        .merge(media::api::router())
        .merge(status::router())
        .split_for_parts();
    let (return_pages, their_document) = payments::pages::return_pages().split_for_parts();
    document.merge(their_document);
    docs::complete(&mut document);
    Routes {
        api,
        return_pages,
        document,
    }
}

/// The pages of the web app, for people.
fn pages(state: &AppState, return_pages: Router<AppState>) -> Router<AppState> {
    let recognise = middleware::from_fn_with_state(state.clone(), identity::recognise);
    let known = known_pages(state);
    page_routes(state)
        .merge(return_pages)
        .fallback(move |request: Request<Body>| fallback(known.clone(), request))
        .method_not_allowed_fallback(|| async { wrong_method() })
        .layer(recognise)
        .merge(fundings::pages::preview::router())
        .merge(site::assets::router())
        .merge(site::install::router())
        .layer(CompressionLayer::new())
}

fn page_routes(state: &AppState) -> Router<AppState> {
    let for_developers = match state.config.profile {
        Profile::Dev => styleguide::router(),
        Profile::Production => Router::new(),
    };
    for_developers
        .merge(members::pages::router())
        .merge(fundings::pages::router())
        .merge(payments::pages::own_pages())
        .merge(payments::history::router())
        .merge(supports::pages::router())
        .merge(reports::pages::router())
        .merge(home::router())
        .merge(home::about::router())
        .merge(people::pages::router())
        .merge(follows::pages::router())
        .merge(notifications::pages::router())
        .merge(notifications::push_router())
        .merge(media::waiting::router())
}

/// Answers `KNOWN` to every path of a page, without calling the page.
fn known_pages(state: &AppState) -> Router {
    let answer_known = middleware::from_fn(|_: Request<Body>, _: Next| async { KNOWN });
    page_routes(state)
        .route_layer(answer_known)
        .with_state(state.clone())
}

const KNOWN: StatusCode = StatusCode::NO_CONTENT;

/// Answers a path that no route has: redirects to the page without the trailing slash, if there is one.
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

fn wrong_method() -> AppError {
    AppError::method_not_allowed("method", "this path takes another method")
}

/// The API document.
pub fn document() -> utoipa::openapi::OpenApi {
    routes().document
}

/// The service that answers every request.
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
    let Routes {
        api,
        return_pages,
        document,
    } = routes();
    let paths: Vec<String> = document
        .paths
        .paths
        .keys()
        .cloned()
        .chain(docs::PATHS.map(str::to_owned))
        .collect();
    let mut router = api.merge(docs::router(&document)?);
    if state.config.test_clock {
        router = router.merge(dev::router());
    }
    let router = router
        .method_not_allowed_fallback(|| async { wrong_method() })
        .merge(pages(state, return_pages))
        .with_state(state.clone())
        .layer(rate_limits(state));
    let production = !state.config.is_dev();
    Ok(EdgeLayer::new(production).layer(CanonicalPathLayer::new(paths).layer(router)))
}

fn rate_limits(state: &AppState) -> RateLimitLayer {
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
    let limits = RateLimits::new(&RATES, proxies, route_classes(), account_of);
    RateLimitLayer::new(Arc::new(limits.rendering(render)))
}

/// Routes whose every request is of one class.
const LIMITED: [(&str, Class); 8] = [
    ("/account/kakaologin", Class::Login),
    ("/login/kakao", Class::Login),
    ("/login/kakao/return", Class::Login),
    // A whole mobile network may share one address.
    ("/account/token/refresh", Class::Read),
    // A burst of Kakao's must not be turned away; it proves itself by our admin key.
    ("/kakao/unlink", Class::Read),
    ("/account/search", Class::Search),
    ("/explore/people", Class::Search),
    ("/fundings/{id}/preview/{file}", Class::Preview),
];

/// Routes whose writes are of one class.
const WRITES_LIMITED: [(&str, Class); 10] = [
    ("/fundings/{id}/support", Class::Payment),
    ("/remit/kakaopay/ready", Class::Payment),
    ("/remit/kakaopay/approve", Class::Payment),
    ("/fundings/new", Class::Upload),
    ("/fundings/new/preview", Class::Upload),
    ("/fundings/new/change", Class::Upload),
    ("/fundings/new/link", Class::Upload),
    ("/fundings/{id}/edit", Class::Upload),
    ("/fundings/{id}/review", Class::Upload),
    ("/me/edit", Class::Upload),
];

fn route_classes() -> RouteClasses {
    let mut classes = RouteClasses::default();
    for (pattern, class) in LIMITED {
        classes.limit(pattern, class);
    }
    for (pattern, class) in WRITES_LIMITED {
        classes.limit_writes(pattern, class);
    }
    classes
}
