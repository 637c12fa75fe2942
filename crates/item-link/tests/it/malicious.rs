//! Malicious links and shops.

use std::future::pending;
use std::time::Duration;

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::CONTENT_ENCODING;
use axum::response::IntoResponse;
use item_link::{Failure, Item, LINK_BYTES_MAX};
use public_http::AddressPolicy;
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::shop::{Shop, client, html, redirect};

const UTF_8: &str = "text/html; charset=utf-8";

#[tokio::test]
async fn links_to_anything_but_a_public_page_are_refused() {
    let client = client(AddressPolicy::PublicOnly);
    let long = format!("https://shop.example/{}", "a".repeat(LINK_BYTES_MAX));
    for link in [
        "",
        "무선 헤드폰",
        "shop.example/item",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://shop.example/",
        "https://user@shop.example/",
        "https://shop.example:8443/",
        "http://127.0.0.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://0.0.0.0/",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        &long,
    ] {
        assert_eq!(
            client.fetch(link).await,
            Err(Failure::InvalidLink),
            "{link}"
        );
    }
}

#[tokio::test]
async fn a_name_that_resolves_to_loopback_is_refused() {
    for link in ["http://localhost/", "https://localhost./item"] {
        let found = client(AddressPolicy::PublicOnly).fetch(link).await;
        assert_eq!(found, Err(Failure::Unreachable), "{link}");
    }
}

#[tokio::test]
async fn a_redirect_into_a_private_network_is_not_followed() {
    for to in [
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "//192.168.0.1/",
        "http://user@127.0.0.1/",
        "http://[::ffff:10.0.0.1]/",
        "file:///etc/passwd",
        "ftp://shop.example/",
        "http://",
    ] {
        let shop = Shop::new(move |_| redirect(to)).await;
        let started = Instant::now();
        assert_eq!(shop.fetch("item").await, Err(Failure::Unreachable), "{to}");
        assert!(
            started.elapsed() < Duration::from_secs(2),
            "{to}: a connection was attempted"
        );
    }
}

#[tokio::test]
async fn a_host_name_must_have_the_default_port_in_development_too() {
    let shop = Shop::of_page(UTF_8, "<title>컵</title>").await;
    let named = shop.url.replace("127.0.0.1", "localhost");
    let found = client(AddressPolicy::AllowLoopback)
        .fetch(&format!("{named}/item"))
        .await;
    assert_eq!(found, Err(Failure::InvalidLink));
    assert!(shop.requests().await.is_empty());
}

#[tokio::test]
async fn redirects_are_limited() {
    let shop = Shop::new(|path| {
        let hops: u32 = path.parse().unwrap();
        match hops {
            0 => html(UTF_8, "<title>컵</title>"),
            hops => redirect(&format!("/{}", hops - 1)),
        }
    })
    .await;
    assert!(shop.fetch("4").await.is_ok());
    assert_eq!(shop.fetch("5").await, Err(Failure::TooManyRedirects));
    let circle = Shop::new(|_| redirect("/item")).await;
    assert_eq!(circle.fetch("item").await, Err(Failure::TooManyRedirects));
    assert_eq!(circle.requests().await.len(), 5);
}

#[tokio::test]
async fn the_time_limit_covers_page_and_picture() {
    let shop = Shop::new(|_| {
        html(
            UTF_8,
            "<title>컵</title><meta property=og:image content=/never>",
        )
    })
    .await;
    let started = Instant::now();
    let (silent, slow_picture) = tokio::join!(shop.fetch("never"), shop.fetch("item"));
    assert_eq!(silent, Err(Failure::TimedOut));
    let item = slow_picture.unwrap();
    assert_eq!((item.title.as_deref(), item.picture), (Some("컵"), None));
    assert!(started.elapsed() < Duration::from_secs(9));
}

#[tokio::test]
async fn metadata_of_a_truncated_page_is_used() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let link = format!("http://{}/item", listener.local_addr().unwrap());
    let shop = async {
        let (stream, _) = listener.accept().await.unwrap();
        while stream.try_read(&mut [0; 4_096]).is_err() {
            stream.readable().await.unwrap();
        }
        let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html; charset=utf-8\r\n";
        let page = format!("{head}content-length: 9000\r\n\r\n<title>컵</title>");
        stream.try_write(page.as_bytes()).unwrap();
        pending::<Result<Item, Failure>>().await
    };
    let client = client(AddressPolicy::AllowLoopback);
    let item = tokio::select! {
        item = client.fetch(&link) => item,
        never = shop => never,
    };
    assert_eq!(item.unwrap().title.as_deref(), Some("컵"));
}

#[tokio::test]
async fn a_huge_page_is_read_up_to_the_limit() {
    let shop = Shop::new(|_| {
        let head = "<title>컵</title>";
        let body = std::iter::repeat_n("<p>끝이 없는 이야기</p>", 200_000).collect::<String>();
        html(
            UTF_8,
            format!("{head}{body}<meta property=og:title content=늦은>"),
        )
    })
    .await;
    let item = shop.fetch("item").await.unwrap();
    assert_eq!(item.title.as_deref(), Some("컵"));
}

#[tokio::test]
async fn a_picture_above_the_limit_is_omitted() {
    let shop = Shop::new(|path| match path {
        "picture" => Body::from(vec![0; item_link::PICTURE_BYTES_MAX + 1]).into_response(),
        _ => html(
            UTF_8,
            "<title>컵</title><meta property=og:image content=/picture>",
        ),
    })
    .await;
    let item = shop.fetch("item").await.unwrap();
    assert_eq!((item.title.as_deref(), item.picture), (Some("컵"), None));
}

#[tokio::test]
async fn a_compressed_response_is_refused() {
    let shop = Shop::new(|_| {
        let mut bomb = html(UTF_8, vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
        bomb.headers_mut()
            .insert(CONTENT_ENCODING, "gzip".parse().unwrap());
        bomb
    })
    .await;
    assert_eq!(shop.fetch("item").await, Err(Failure::UnsupportedContent));
    assert!(shop.requests().await[0].get("accept-encoding").is_none());
}

#[tokio::test]
async fn a_request_reveals_nothing_about_the_member() {
    let shop = Shop::of_page(
        UTF_8,
        "<title>컵</title><meta property=og:image content=/picture>",
    )
    .await;
    shop.fetch("item").await.unwrap();
    let requests = shop.requests().await;
    assert_eq!(requests.len(), 2);
    for head in requests {
        assert_eq!(head["user-agent"], "FunSun-Test/1");
        for name in ["cookie", "referer", "authorization"] {
            assert!(head.get(name).is_none(), "{name}");
        }
    }
}

#[tokio::test]
async fn an_error_status_differs_from_an_unreachable_shop() {
    let shop = Shop::new(|_| StatusCode::FORBIDDEN.into_response()).await;
    assert_eq!(shop.fetch("item").await, Err(Failure::HttpStatus(403)));
    let nowhere = client(AddressPolicy::AllowLoopback)
        .fetch("http://127.0.0.1:1/")
        .await;
    assert_eq!(nowhere, Err(Failure::Unreachable));
}
