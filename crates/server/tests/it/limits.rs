//! Rate limits and security headers.

use std::cell::Cell;

use reqwest::{Method, StatusCode};

use crate::app::{App, send};
use crate::visitor::Visitor;

const RATE_LIMITED: &[(&str, &str)] = &[("FUNSUN_RATE_LIMITS", "on")];

/// Counts the requests before the first 429.
async fn count_until_429(call: impl AsyncFn() -> crate::app::Answer) -> u32 {
    for count in 0..10_000 {
        let answer = call().await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            let wait: u64 = answer.headers["retry-after"]
                .to_str()
                .unwrap()
                .parse()
                .unwrap();
            assert!((1..=60).contains(&wait), "{answer:?}");
            assert!(answer.json()["detail"].is_string());
            return count;
        }
        assert!(!answer.status.is_server_error(), "{answer:?}");
    }
    panic!("10,000 calls and nobody said stop");
}

#[tokio::test]
async fn logins_from_one_address_have_a_strict_limit() {
    let app = App::with(RATE_LIMITED).await;
    let log_in = async || {
        let call = app.visitor(Method::POST, "/account/kakaologin");
        send(call.form(&[("accessToken", "guess")])).await
    };
    assert!((5..=100).contains(&count_until_429(log_in).await));
    let read = send(app.visitor(Method::GET, "/funding/public")).await;
    assert_eq!(read.status, StatusCode::NO_CONTENT, "reading goes on");
}

#[tokio::test]
async fn searches_and_payments_are_limited_by_member() {
    let app = App::with(RATE_LIMITED).await;
    let (eager, calm) = (app.member("바쁜이").await, app.member("느긋한이").await);
    let search = async || send(eager.call(Method::GET, "/account/search?username=x")).await;
    assert!((5..=100).contains(&count_until_429(search).await));
    let ready = async || eager.form(Method::POST, "/remit/kakaopay/ready", &[]).await;
    assert!((5..=100).contains(&count_until_429(ready).await));
    assert_eq!(calm.status("/account/search?username=x").await, 200);
    let others = calm.form(Method::POST, "/remit/kakaopay/ready", &[]).await;
    assert_eq!(others.status, StatusCode::BAD_REQUEST, "{others:?}");
    assert_eq!(
        eager.status("/funding/following").await,
        200,
        "reading goes on"
    );
}

#[tokio::test]
async fn preview_pictures_have_a_stricter_limit_than_reads() {
    let app = App::with(RATE_LIMITED).await;
    let number = Cell::new(0);
    let picture = async || {
        number.set(number.get() + 1);
        let path = format!("/fundings/1/preview/{}.png", number.get());
        send(app.visitor(Method::GET, &path)).await
    };
    assert!((20..=200).contains(&count_until_429(picture).await));
    let read = send(app.visitor(Method::GET, "/fundings/1")).await;
    assert_eq!(read.status, StatusCode::NOT_FOUND, "reading goes on");
}

#[tokio::test]
async fn a_rate_limited_browser_gets_an_html_page() {
    let app = App::with(RATE_LIMITED).await;
    let start = |accept: &str| {
        let call = app.visitor(Method::GET, "/login/kakao");
        call.header("accept", accept)
            .header("cookie", "lang=en; theme=dark")
    };
    while send(start("*/*")).await.status != StatusCode::TOO_MANY_REQUESTS {}
    let answer = send(start("text/html")).await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS, "{answer:?}");
    assert!(answer.headers.contains_key("retry-after"), "{answer:?}");
    for part in ["<!doctype html>", "lang=\"en\"", "data-theme=\"dark\""] {
        assert!(answer.text.contains(part), "{part} in {answer:?}");
    }
}

#[tokio::test]
async fn the_rate_limit_page_still_shows_the_login() {
    let app = App::with(RATE_LIMITED).await;
    let browser = Visitor::of(&app.member("바쁜이").await);
    let answer = loop {
        let answer = browser.get("/explore/people").await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            break answer;
        }
    };
    let page = answer.text;
    assert!(!page.contains("class=\"guest\"") && !page.contains("/login"));
    assert!(page.contains("href=\"/notifications\""), "{page}");
    let picture = format!("property=\"og:image\" content=\"{}/", app.url);
    assert!(page.contains(&picture), "{page}");
}

#[tokio::test]
async fn forms_with_pictures_share_one_limit() {
    let app = App::with(RATE_LIMITED).await;
    let browser = Visitor::of(&app.member("바쁜이").await);
    let paths = [
        "/fundings/new",
        "/fundings/new/preview",
        "/fundings/new/link",
        "/fundings/1/edit",
        "/fundings/1/review",
        "/me/edit",
    ];
    // Ten requests for each path: with a budget of 20 of its own, none would be refused.
    let mut refused = [0; 6];
    for _ in 0..10 {
        for (path, refused) in paths.iter().zip(&mut refused) {
            let answer = browser.post(path, &[]).await;
            *refused += u32::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
        }
    }
    assert!(refused.iter().all(|count| *count > 0), "{refused:?}");
    // 20 at once, and another every three seconds.
    assert!(refused.iter().sum::<u32>() >= 30, "{refused:?}");
    let other = browser.post("/settings/nothing", &[]).await;
    assert_eq!(other.status, StatusCode::NOT_FOUND, "{other:?}");
}

#[tokio::test]
async fn json_requests_with_pictures_share_the_limit_of_the_forms() {
    let app = App::with(RATE_LIMITED).await;
    let member = app.member("바쁜이").await;
    let requests = [
        (Method::POST, "/funding/"),
        (Method::PUT, "/funding/"),
        (Method::POST, "/funding/review"),
        (Method::PUT, "/account/"),
    ];
    // Ten of each: with a budget of 20 of its own, none would be refused.
    let mut refused = [0; 4];
    for _ in 0..10 {
        for ((method, path), refused) in requests.iter().zip(&mut refused) {
            let answer = member.form(method.clone(), path, &[]).await;
            *refused += u32::from(answer.status == StatusCode::TOO_MANY_REQUESTS);
        }
    }
    assert!(refused.iter().all(|count| *count > 0), "{refused:?}");
    let browser = Visitor::of(&member);
    let form = async || browser.post("/me/edit", &[]).await;
    let mut left = 0;
    while form().await.status != StatusCode::TOO_MANY_REQUESTS {
        left += 1;
        assert!(left < 10, "the forms have a budget of their own");
    }
    let own = member.form(Method::POST, "/account/", &[]).await;
    assert_eq!(own.status, StatusCode::OK, "{own:?}");
}

#[tokio::test]
async fn pages_that_payers_return_to_have_a_stricter_limit_than_reads() {
    let app = App::with(RATE_LIMITED).await;
    let pages = ["return", "cancelled", "failed"];
    let number = Cell::new(0);
    let page = async || {
        let name = pages[number.get() % pages.len()];
        number.set(number.get() + 1);
        let path = format!("/remit/kakaopay/{name}/8f14e45fceea167a5a36dedd4bea2543");
        send(app.visitor(Method::GET, &path)).await
    };
    assert!((30..=200).contains(&count_until_429(page).await));
    let read = send(app.visitor(Method::GET, "/funding/public")).await;
    assert_eq!(read.status, StatusCode::NO_CONTENT, "reading goes on");
}

#[tokio::test]
async fn reads_have_a_generous_limit_and_dev_has_none() {
    let app = App::with(RATE_LIMITED).await;
    let read = async || send(app.visitor(Method::GET, "/funding/public")).await;
    assert!(count_until_429(read).await >= 200);
    let free = App::start().await;
    for _ in 0..150 {
        let call = free.visitor(Method::POST, "/account/kakaologin");
        let answer = send(call.form(&[("accessToken", "guess")])).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    }
}

#[tokio::test]
async fn a_forwarded_address_from_an_untrusted_peer_is_ignored() {
    let app = App::with(RATE_LIMITED).await;
    let number = Cell::new(0);
    let log_in = async || {
        let call = app.visitor(Method::POST, "/account/kakaologin");
        number.set(number.get() + 1);
        let call = call.header("x-forwarded-for", format!("10.0.0.{}", number.get()));
        send(call.form(&[("accessToken", "guess")])).await
    };
    assert!(count_until_429(log_in).await <= 100);
}

#[tokio::test]
async fn responses_have_security_headers_and_no_cors_headers() {
    let app = App::start().await;
    let member = app.member("지우").await;
    let call = member
        .call(Method::POST, "/account/")
        .header("origin", "https://evil.example");
    let answer = send(call).await;
    let header = |name: &str| {
        answer
            .headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    };
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("x-frame-options"), "DENY");
    assert_eq!(header("cache-control"), "no-store");
    assert!(header("content-security-policy").contains("default-src 'none'"));
    assert_eq!(header("referrer-policy"), "same-origin");
    assert_ne!(header("x-request-id"), "");
    assert_eq!(header("access-control-allow-origin"), "");
    let preflight = app
        .visitor(Method::OPTIONS, "/account/")
        .header("origin", "https://evil.example");
    let preflight = send(preflight.header("access-control-request-method", "POST")).await;
    assert!(
        preflight
            .headers
            .get("access-control-allow-origin")
            .is_none()
    );
}
