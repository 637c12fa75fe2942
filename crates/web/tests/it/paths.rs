//! Slashes, repeated and trailing.

use std::convert::Infallible;

use axum::body::Body;
use axum::response::Response;
use http::Request;
use tower::{Layer, service_fn};
use web::path::{CanonicalPathLayer, without_slash};

use crate::{get, send};

/// The URI that the router would see.
async fn routed(uri: &str) -> String {
    let layer = CanonicalPathLayer::new([
        "/account/",
        "/account/search",
        "/media/{name}",
        "/",
        "/both",
        "/both/",
    ]);
    let echo = service_fn(|request: Request<Body>| async move {
        Ok::<_, Infallible>(Response::new(Body::from(request.uri().to_string())))
    });
    send(layer.layer(echo), get(uri)).await.body
}

#[tokio::test]
async fn a_route_matches_with_and_without_its_trailing_slash() {
    assert_eq!(routed("/account").await, "/account/");
    assert_eq!(routed("/account/").await, "/account/");
    assert_eq!(routed("/account/search/").await, "/account/search");
    assert_eq!(routed("/account/search").await, "/account/search");
    assert_eq!(routed("/both").await, "/both");
    assert_eq!(routed("/both/").await, "/both/");
}

#[tokio::test]
async fn the_query_is_kept() {
    assert_eq!(
        routed("/account?id=1%20&x=//").await,
        "/account/?id=1%20&x=//"
    );
    assert_eq!(routed("//media//a.jpg?v=1").await, "/media/a.jpg?v=1");
}

#[tokio::test]
async fn repeated_slashes_are_collapsed() {
    assert_eq!(routed("//account///search//").await, "/account/search");
    assert_eq!(routed("///").await, "/");
    assert_eq!(routed("/unknown//path/").await, "/unknown/path/");
}

#[tokio::test]
async fn unknown_paths_and_paths_with_parameters_are_unchanged() {
    for uri in [
        "/media/a/",
        "/media/a",
        "/nothing",
        "/nothing/",
        "/",
        "/a%2F%2Fb",
    ] {
        assert_eq!(routed(uri).await, uri);
    }
}

#[tokio::test]
async fn an_absolute_target_keeps_its_host() {
    assert_eq!(
        routed("http://funsun.example//account").await,
        "http://funsun.example/account/"
    );
}

#[test]
fn a_trailing_slash_is_removed_only_for_a_path_of_this_site() {
    let without = |uri: &str| without_slash(&uri.parse().unwrap());
    assert_eq!(without("/explore/").as_deref(), Some("/explore"));
    assert_eq!(without("/a/b//?x=/&y").as_deref(), Some("/a/b?x=/&y"));
    assert_eq!(without("http://evil.example/a/").as_deref(), Some("/a"));
    for uri in [
        "/",
        "/explore",
        "//evil.example/",
        "/\\evil.example/",
        "///",
    ] {
        assert_eq!(without(uri), None, "{uri}");
    }
}
