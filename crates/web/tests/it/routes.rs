//! Rate classes declared with their routes, as the limiter finds them.

use std::sync::Arc;

use axum::body::Body;
use axum::routing::{get as route_get, post as route_post};
use http::{Method, Request};
use utoipa_axum::routes;
use web::Routes;
use web::client_address::TrustedProxies;
use web::rate_limit::{Class, ClassMatcher, Rate, RateLimitLayer, RateLimits, Rates};

use crate::send;

/// Shows a wish.
#[utoipa::path(get, path = "/wish/{id}", responses((status = 200, description = "The wish")))]
async fn show() -> &'static str {
    "shown"
}

/// Changes a wish.
#[utoipa::path(put, path = "/wish/{id}", responses((status = 200, description = "Changed")))]
async fn change() -> &'static str {
    "changed"
}

fn declared() -> Routes {
    let pages = Routes::new()
        .route("/login", route_get(async || "ok"))
        .limited(Class::Login)
        .route("/members/{id}", route_get(async || "ok"))
        .route(
            "/fundings/{id}/support",
            route_get(async || "ok").post(async || "ok"),
        )
        .method_limited(&Method::POST, Class::Payment)
        .route("/files/{*file}", route_get(async || "ok"))
        .limited(Class::Preview);
    Routes::new()
        .operations(routes!(show, change))
        .limited(Class::Search)
        .method_limited(&Method::PUT, Class::Upload)
        .merge(pages)
}

fn classes() -> ClassMatcher {
    declared().into_parts().2.matcher()
}

#[test]
fn a_declared_class_is_found_by_the_path() {
    let classes = classes();
    for (method, path, class) in [
        (Method::GET, "/login", Class::Login),
        (Method::POST, "/login", Class::Login),
        (Method::HEAD, "/files/a/b.png", Class::Preview),
        (Method::GET, "/fundings/7/support", Class::Read),
        (Method::HEAD, "/fundings/7/support", Class::Read),
        (Method::POST, "/fundings/7/support", Class::Payment),
        (Method::GET, "/wish/7", Class::Search),
        (Method::PUT, "/wish/7", Class::Upload),
    ] {
        let found = classes.class_of(path, &method);
        assert_eq!(found, class, "{method} {path}");
    }
}

#[test]
fn what_is_not_declared_counts_by_its_method() {
    let classes = classes();
    for path in ["/members/7", "/nothing"] {
        for method in [Method::GET, Method::HEAD] {
            assert_eq!(classes.class_of(path, &method), Class::Read);
        }
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::OPTIONS] {
            assert_eq!(classes.class_of(path, &method), Class::Write);
        }
    }
}

#[test]
fn a_route_without_a_class_does_not_count_as_a_pattern_that_matches_it() {
    let routes = Routes::<()>::new()
        .route("/fundings/{id}", route_get(async || "ok"))
        .limited(Class::Search)
        .route("/fundings/new", route_get(async || "ok"));
    let classes = routes.into_parts().2.matcher();
    assert_eq!(classes.class_of("/fundings/7", &Method::GET), Class::Search);
    assert_eq!(classes.class_of("/fundings/new", &Method::GET), Class::Read);
}

#[test]
fn merging_the_same_path_keeps_both_declarations() {
    let read = Routes::<()>::new()
        .route("/wish", route_get(async || "ok"))
        .limited(Class::Search);
    let write = Routes::new()
        .route("/wish", route_post(async || "ok"))
        .method_limited(&Method::POST, Class::Upload);
    let undeclared = Routes::new().route("/wish", axum::routing::put(async || "ok"));
    let merged = undeclared.merge(write).merge(read).into_parts().2.matcher();
    assert_eq!(merged.class_of("/wish", &Method::GET), Class::Search);
    assert_eq!(merged.class_of("/wish", &Method::POST), Class::Upload);
}

#[test]
#[should_panic(expected = "/wish has two rate classes: Login and Search")]
fn merging_contradicting_declarations_is_refused_at_start() {
    let one = Routes::<()>::new()
        .route("/wish", route_get(async || "ok"))
        .limited(Class::Login);
    let other = Routes::new()
        .route("/wish", route_post(async || "ok"))
        .limited(Class::Search);
    drop(one.merge(other));
}

#[test]
#[should_panic(expected = "declared after the route")]
fn a_class_without_a_route_is_refused_at_start() {
    drop(declared().limited(Class::Search));
}

#[test]
fn operations_are_in_the_document_and_pages_are_not() {
    let (_, document, _) = declared().into_parts();
    let paths: Vec<_> = document.paths.paths.keys().collect();
    assert_eq!(paths, ["/wish/{id}"]);
}

/// The statuses of three requests by one caller, where every class but the named one lets a single one pass.
async fn statuses(class: Class, method: Method, uri: &str) -> [u16; 3] {
    let one = Rate::new(1, 1);
    let mut rates = Rates {
        read: one,
        write: one,
        login: one,
        payment: one,
        search: one,
        preview: one,
        upload: one,
        payer_return: one,
    };
    let two = Rate::new(1, 2);
    match class {
        Class::Read => rates.read = two,
        Class::Write => rates.write = two,
        Class::Login => rates.login = two,
        Class::Payment => rates.payment = two,
        Class::Search => rates.search = two,
        Class::Preview => rates.preview = two,
        Class::Upload => rates.upload = two,
        Class::PayerReturn => rates.payer_return = two,
    }
    let (router, _, classes) = declared().into_parts();
    let limits = RateLimits::new(
        &rates,
        TrustedProxies::default(),
        classes,
        Arc::new(|_, _| None),
    );
    let app = router
        .fallback(async || http::StatusCode::NOT_FOUND)
        .method_not_allowed_fallback(async || http::StatusCode::METHOD_NOT_ALLOWED)
        .layer(RateLimitLayer::new(Arc::new(limits)));
    let mut statuses = [0; 3];
    for status in &mut statuses {
        let request = Request::builder().method(&method).uri(uri);
        let request = request.body(Body::empty()).unwrap();
        *status = send(app.clone(), request).await.status.as_u16();
    }
    statuses
}

#[tokio::test]
async fn the_limiter_counts_a_request_by_its_route() {
    for (class, method, uri) in [
        (Class::Read, Method::GET, "/members/7"),
        (Class::Read, Method::HEAD, "/fundings/7/support"),
        (Class::Payment, Method::POST, "/fundings/7/support"),
        (Class::Preview, Method::GET, "/files/a/b.png"),
        (Class::Search, Method::GET, "/wish/7"),
        (Class::Upload, Method::PUT, "/wish/7"),
    ] {
        let found = statuses(class, method.clone(), uri).await;
        assert_eq!(found, [200, 200, 429], "{method} {uri}");
    }
}

#[tokio::test]
async fn a_request_without_a_route_is_counted_by_its_method() {
    let found = statuses(Class::Read, Method::GET, "/nothing").await;
    assert_eq!(found, [404, 404, 429]);
    let found = statuses(Class::Write, Method::POST, "/fundings/7/nothing").await;
    assert_eq!(found, [404, 404, 429]);
}

#[tokio::test]
async fn a_method_that_a_route_does_not_take_is_counted_as_the_route() {
    let found = statuses(Class::Login, Method::POST, "/login").await;
    assert_eq!(found, [405, 405, 429]);
}
