//! Which requests share a budget, and which are refused.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get as route_get;
use tower::Service;
use web::client_address::TrustedProxies;
use web::rate_limit::{
    AccountOf, Class, ClientAddress, Rate, RateLimitLayer, RateLimits, Rates, RouteClasses,
};

use crate::{Answer, get, send};

/// Reads at `read`; two logins at once, then one a minute.
fn limits(read: Rate) -> Arc<RateLimits> {
    let rates = Rates {
        read,
        login: Rate::new(1, 2),
        ..Rates::default()
    };
    let account_of: AccountOf = Arc::new(|headers, _| {
        let token = headers.get("authorization")?.to_str().ok()?;
        Some(token.to_owned())
    });
    let mut classes = RouteClasses::default();
    classes.limit("/login", Class::Login);
    Arc::new(RateLimits::new(
        &rates,
        TrustedProxies::default(),
        classes,
        account_of,
    ))
}

fn app(
    layer: &RateLimitLayer,
) -> impl Service<
    http::Request<axum::body::Body>,
    Response = axum::response::Response,
    Error = std::convert::Infallible,
> + use<> {
    let router: Router = Router::new()
        .route("/", route_get(async || "ok"))
        .route("/login", route_get(async || "ok"))
        .route(
            "/address",
            route_get(async |request: axum::extract::Request| {
                let ClientAddress(address) = request.extensions().get().copied().unwrap();
                address.to_string()
            }),
        );
    router.layer(layer.clone())
}

async fn send_from(layer: &RateLimitLayer, uri: &str, peer: &str, account: Option<&str>) -> Answer {
    let mut request = get(uri);
    let peer = SocketAddr::new(peer.parse().unwrap(), 1000);
    request.extensions_mut().insert(ConnectInfo(peer));
    if let Some(account) = account {
        request
            .headers_mut()
            .insert("authorization", account.parse().unwrap());
    }
    send(app(layer), request).await
}

#[tokio::test]
async fn a_caller_over_the_limit_learns_when_to_retry() {
    let layer = RateLimitLayer::new(limits(Rate::new(1, 3)));
    for _ in 0..3 {
        assert_eq!(send_from(&layer, "/", "192.0.2.1", None).await.status, 200);
    }
    let answer = send_from(&layer, "/", "192.0.2.1", None).await;
    assert_eq!(answer.status, 429);
    let seconds: u64 = answer.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert!(answer.body.contains("too_many_requests"));
    assert_eq!(send_from(&layer, "/", "192.0.2.2", None).await.status, 200);
}

#[tokio::test]
async fn classes_are_counted_separately() {
    let layer = RateLimitLayer::new(limits(Rate::new(1, 1)));
    assert_eq!(send_from(&layer, "/", "192.0.2.1", None).await.status, 200);
    assert_eq!(send_from(&layer, "/", "192.0.2.1", None).await.status, 429);
    assert_eq!(
        send_from(&layer, "/login", "192.0.2.1", None).await.status,
        200
    );
}

#[tokio::test]
async fn an_account_is_counted_across_addresses() {
    let layer = RateLimitLayer::new(limits(Rate::new(1, 1)));
    assert_eq!(
        send_from(&layer, "/", "192.0.2.1", Some("a")).await.status,
        200
    );
    assert_eq!(
        send_from(&layer, "/", "192.0.2.9", Some("a")).await.status,
        429
    );
    assert_eq!(
        send_from(&layer, "/", "192.0.2.1", Some("b")).await.status,
        200
    );
    assert_eq!(send_from(&layer, "/", "192.0.2.1", None).await.status, 200);
}

#[tokio::test]
async fn logins_are_counted_by_address_even_with_a_token() {
    let layer = RateLimitLayer::new(limits(Rate::new(1, 1)));
    for account in ["a", "b"] {
        let answer = send_from(&layer, "/login", "192.0.2.1", Some(account)).await;
        assert_eq!(answer.status, 200);
    }
    let answer = send_from(&layer, "/login", "192.0.2.1", Some("c")).await;
    assert_eq!(answer.status, 429);
}

#[tokio::test]
async fn an_ipv6_subnet_is_one_caller() {
    let layer = RateLimitLayer::new(limits(Rate::new(1, 1)));
    assert_eq!(
        send_from(&layer, "/", "2001:db8:1:1::1", None).await.status,
        200
    );
    assert_eq!(
        send_from(&layer, "/", "2001:db8:1:1:ffff::2", None)
            .await
            .status,
        429
    );
    assert_eq!(
        send_from(&layer, "/", "2001:db8:1:2::1", None).await.status,
        200
    );
}

#[tokio::test]
async fn handlers_find_the_callers_address() {
    let layer = RateLimitLayer::new(limits(Rate::new(1, 9)));
    let answer = send_from(&layer, "/address", "::ffff:192.0.2.5", None).await;
    assert_eq!(answer.body, "192.0.2.5");
}

#[tokio::test]
async fn a_disabled_limiter_accepts_everything() {
    let layer = RateLimitLayer::off();
    for _ in 0..50 {
        assert_eq!(
            send_from(&layer, "/login", "192.0.2.1", None).await.status,
            200
        );
    }
}

#[tokio::test]
async fn keys_are_evicted_once_their_budget_is_full_again() {
    let fast = limits(Rate::new(u32::MAX, 1));
    let layer = RateLimitLayer::new(Arc::clone(&fast));
    for last in 0..200 {
        send_from(&layer, "/", &format!("192.0.2.{last}"), None).await;
    }
    assert!(fast.tracked_keys() > 0);
    let evicted = async {
        while fast.tracked_keys() > 0 {
            fast.evict_idle();
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), evicted)
        .await
        .expect("keys are evicted");
}
