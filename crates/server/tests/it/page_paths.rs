//! Trailing slashes in page paths, and the contact on every page.

use reqwest::header::{ACCEPT, LOCATION};
use reqwest::{Method, StatusCode};

use crate::app::{App, send};
use crate::visitor::Visitor;

#[tokio::test]
async fn a_trailing_slash_redirects_to_the_path_without_it() {
    let app = App::start().await;
    let guest = Visitor::guest(&app);
    for (path, place) in [
        ("/explore/", "/explore"),
        (
            "/explore/?before=x%2F&page=2",
            "/explore?before=x%2F&page=2",
        ),
        ("/fundings/12/", "/fundings/12"),
        ("//explore//", "/explore"),
        (
            "/remit/kakaopay/return/1/?pg_token=x",
            "/remit/kakaopay/return/1?pg_token=x",
        ),
        (
            "/members/3000000001/followers/",
            "/members/3000000001/followers",
        ),
    ] {
        let answer = guest.get(path).await;
        assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT, "{path}");
        assert_eq!(answer.headers[LOCATION], place, "{path}");
        let head = send(app.visitor(Method::HEAD, path)).await;
        assert_eq!(head.status, StatusCode::PERMANENT_REDIRECT, "{path}");
    }
    assert_eq!(guest.get("/").await.status, StatusCode::OK);
    assert_eq!(guest.get("/swagger/").await.status, StatusCode::OK);
    // An unknown path is 404, with or without a trailing slash.
    for path in [
        "/nothing/",
        "/media/",
        "/account/token/",
        "/explore/nothing/",
    ] {
        assert_eq!(
            guest.get(path).await.status,
            StatusCode::NOT_FOUND,
            "{path}"
        );
    }
    let posted = send(
        app.visitor(Method::POST, "/settings/")
            .header(ACCEPT, "text/html"),
    )
    .await;
    assert_eq!(
        posted.status,
        StatusCode::NOT_FOUND,
        "a form is not sent twice"
    );
}

#[tokio::test]
async fn no_path_redirects_to_another_site() {
    let app = App::start().await;
    let host = app.url.strip_prefix("http://").unwrap();
    let mut followed = 0;
    for path in [
        "//evil.example/",
        "///evil.example//",
        "/\\evil.example/",
        "/\\/evil.example/",
        "//evil.example/%2e%2e/",
        "/.//evil.example/",
        "http://evil.example/explore/",
        "//members/evil.example/",
        "///members//evil.example//",
    ] {
        let place = redirect(host, path).await;
        if let Some(place) = place {
            followed += 1;
            let own = place.starts_with('/') && !place[1..].starts_with(['/', '\\']);
            assert!(own && !place.contains('\\'), "{path} leads to {place}");
        }
    }
    assert_eq!(followed, 3, "the pages among them");
}

/// The `Location` for a raw request: HTTP clients normalize such paths before sending.
async fn redirect(host: &str, path: &str) -> Option<String> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
    let line = answer.lines().find(|it| it.starts_with("location: "))?;
    Some(line["location: ".len()..].to_owned())
}

#[tokio::test]
async fn the_contact_is_on_every_page() {
    let app = App::with(&[("FUNSUN_CONTACT", "help+funsun@funsun.example")]).await;
    let guest = Visitor::guest(&app);
    for path in ["/", "/terms", "/privacy", "/faq", "/nothing/here"] {
        let page = guest.get(path).await.text;
        assert!(
            page.contains("href=\"mailto:help+funsun@funsun.example\""),
            "{path}"
        );
    }
    let page = guest.get("/privacy").await.text;
    assert!(page.contains(">help+funsun@funsun.example</a>"));
    let quiet = App::start().await;
    assert!(
        !Visitor::guest(&quiet)
            .get("/terms")
            .await
            .text
            .contains("문의하기")
    );
}
