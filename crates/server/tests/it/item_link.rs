//! Filling in the form of a new funding from a link to a shop's page.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use reqwest::StatusCode;
use reqwest::header::LOCATION;
use tokio::net::TcpListener;

use crate::app::{Answer, App};
use crate::open_form::{FundingForm, author, opened_path, refused};
use crate::picture_files::jpeg;
use crate::visitor::{Visitor, value_of};

const FILL_PATH: &str = "/fundings/new/link";

fn page(html: String) -> Response {
    ([(CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

async fn shelf(Path(path): Path<String>) -> Response {
    if path == "slow" {
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    let item = |title: &str, picture: &str| {
        page(format!(
            "<meta property=og:title content='{title}'><meta property=og:image content='{picture}'>"
        ))
    };
    match path.as_str() {
        "headphones" => item("무선 헤드폰 &amp; 케이스", "/picture/31.jpg"),
        "cup" => item("컵", "/picture/32.jpg"),
        "bare" | "slow" => page("<title>첼로</title>".to_owned()),
        "long" => item(&"아주 긴 이름 ".repeat(20), "/picture/33.jpg"),
        "fake" => item("컵", "/data"),
        "picture/31.jpg" => Body::from(jpeg(31)).into_response(),
        "picture/32.jpg" => Body::from(jpeg(32)).into_response(),
        "picture/33.jpg" => Body::from(jpeg(33)).into_response(),
        "data" => "no picture".into_response(),
        "inward" => (
            StatusCode::FOUND,
            [(LOCATION, "http://169.254.169.254/latest/meta-data")],
        )
            .into_response(),
        "empty" => page("<p>안녕하세요".to_owned()),
        "broken" => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Starts a local shop; returns its URL.
async fn shop() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/{*path}", get(shelf));
    tokio::spawn(async move { axum::serve(listener, router).await });
    url
}

fn filled_page(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    &answer.text
}

#[tokio::test]
async fn a_link_fills_in_title_and_picture() {
    let app = App::start().await;
    let browser = Visitor::of(&author(&app, "민지").await);
    let (form, shop) = (FundingForm::new(&browser).await, shop().await);
    let link = format!("{shop}/headphones");
    let answer = browser
        .post(FILL_PATH, &[("link", &link), ("content", "듣고 싶어요")])
        .await;
    let page = filled_page(&answer);
    assert!(
        page.contains("value=\"무선 헤드폰 &#38; 케이스\""),
        "{page}"
    );
    assert!(page.contains("이름을 채웠어요. 사진도 담았어요."), "{page}");
    assert!(page.contains("듣고 싶어요") && page.contains("role=\"status\""));
    let token = value_of(page, "image_kept");

    let fields = form.with(&[("link", &link), ("image_kept", &token)]);
    let funding = opened_path(&browser.post("/fundings/new", &fields).await);
    let page = browser.get(&funding).await.text;
    assert!(page.contains(token.split_once('/').unwrap().1), "{page}");
    assert!(!page.contains(&shop), "the link is not kept");
}

#[tokio::test]
async fn a_link_replaces_what_a_link_filled_in_and_keeps_what_the_member_typed() {
    let app = App::start().await;
    let browser = Visitor::of(&author(&app, "민지").await);
    let shop = shop().await;
    let (first, second) = (format!("{shop}/headphones"), format!("{shop}/cup"));

    let answer = browser
        .post_files(
            FILL_PATH,
            &[("link", &first), ("title", "내 이름")],
            &[("image", &jpeg(60))],
        )
        .await;
    let page = filled_page(&answer);
    assert_eq!(value_of(page, "title"), "내 이름");
    assert!(page.contains("그대로 두었어요. 골라 둔 사진은 그대로예요."));

    let answer = browser.post(FILL_PATH, &[("link", &first)]).await;
    let page = filled_page(&answer);
    let names = ["title", "filled_title", "image_kept", "filled_image"];
    let values = names.map(|name| value_of(page, name).replace("&#38;", "&"));
    let mut fields = vec![("link", second.as_str())];
    fields.extend(names.into_iter().zip(values.iter().map(String::as_str)));
    let answer = browser.post(FILL_PATH, &fields).await;
    let page = filled_page(&answer);
    assert_eq!(value_of(page, "title"), "컵");
    assert_ne!(value_of(page, "image_kept"), values[2]);
}

#[tokio::test]
async fn a_page_without_a_picture_is_reported() {
    let app = App::start().await;
    let browser = Visitor::of(&author(&app, "민지").await);
    let shop = shop().await;
    for (path, title) in [("bare", "첼로"), ("fake", "컵")] {
        let link = format!("{shop}/{path}");
        let answer = browser.post(FILL_PATH, &[("link", &link)]).await;
        let page = filled_page(&answer);
        assert_eq!(value_of(page, "title"), title);
        assert!(page.contains("사진은 찾지 못했어요"), "{path}");
        assert_eq!(value_of(page, "image_kept"), "");
    }
    let link = format!("{shop}/long");
    let answer = browser.post(FILL_PATH, &[("link", &link)]).await;
    let title = value_of(filled_page(&answer), "title");
    assert!((40..=50).contains(&title.chars().count()), "{title}");
    let whole = "아주 긴 이름 ".repeat(20);
    assert!(
        whole.starts_with(&format!("{title} ")),
        "whole words: {title}"
    );
}

#[tokio::test]
async fn a_link_is_extracted_from_shared_text() {
    let app = App::start().await;
    let browser = Visitor::of(&author(&app, "민지").await);
    let shared = format!("[가게] 컵을 골라 봤어요 {}/cup", shop().await);
    let answer = browser.post(FILL_PATH, &[("link", &shared)]).await;
    assert_eq!(value_of(filled_page(&answer), "title"), "컵");
}

#[tokio::test]
async fn a_link_into_a_private_network_is_refused_at_its_field() {
    let app = App::start().await;
    let browser = Visitor::of(&author(&app, "민지").await);
    for link in [
        "",
        "컵",
        "http://10.0.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://[::ffff:10.0.0.1]/",
        "http://192.168.0.1:8080/",
        "http://user:secret@127.0.0.1/",
        "file:///etc/passwd",
        "ftp://shop.example/",
    ] {
        let fields = [("link", link), ("title", "내 이름")];
        let answer = browser.post(FILL_PATH, &fields).await;
        let page = refused(&answer);
        assert!(page.contains("id=\"link-error\""), "{link}: {page}");
        assert!(page.contains("https://로 시작하는"), "{link}");
        assert_eq!(value_of(page, "title"), "내 이름");
    }
}

#[tokio::test]
async fn an_error_of_the_shop_is_reported_in_the_form() {
    let app = App::start().await;
    let browser = Visitor::of(&author(&app, "민지").await);
    let shop = shop().await;
    for (link, message) in [
        (format!("{shop}/broken"), "불러오지 못했어요"),
        (format!("{shop}/missing"), "불러오지 못했어요"),
        (format!("{shop}/inward"), "불러오지 못했어요"),
        ("http://127.0.0.1:1/".to_owned(), "불러오지 못했어요"),
        (format!("{shop}/empty"), "찾지 못했어요"),
        (format!("{shop}/data"), "찾지 못했어요"),
    ] {
        let fields = [("link", link.as_str()), ("content", "듣고 싶어요")];
        let answer = browser.post(FILL_PATH, &fields).await;
        let page = refused(&answer);
        assert!(page.contains(message), "{link}: {page}");
        assert!(page.contains("듣고 싶어요"));
    }
}

#[tokio::test]
async fn links_require_a_login_and_are_rate_limited() {
    let app = App::with(&[("FUNSUN_RATE_LIMITS", "on")]).await;
    let guest = Visitor::guest(&app);
    let token = Visitor::of(&app.member("하늘").await).csrf().await;
    let call = guest.call(reqwest::Method::POST, FILL_PATH);
    let answer = crate::app::send(call.form(&[("_csrf", token.as_str())])).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{answer:?}");

    let browser = Visitor::of(&app.member("민지").await);
    let mut statuses = Vec::new();
    for _ in 0..40 {
        let answer = browser.post(FILL_PATH, &[("link", "no link")]).await;
        statuses.push(answer.status.as_u16());
    }
    assert_eq!(statuses[..20], [422; 20]);
    assert!(statuses[20..].contains(&429), "{statuses:?}");
}

#[tokio::test]
async fn a_member_can_fetch_one_link_at_a_time() {
    let app = App::start().await;
    let (eager, calm) = (author(&app, "민지").await, author(&app, "하늘").await);
    let (eager, calm) = (Visitor::of(&eager), Visitor::of(&calm));
    let slow = format!("{}/slow", shop().await);
    let fields = [("link", slow.as_str())];
    let (one, two, other) = tokio::join!(
        eager.post(FILL_PATH, &fields),
        eager.post(FILL_PATH, &fields),
        calm.post(FILL_PATH, &fields)
    );
    filled_page(&other);
    let (fetched, rejected) = match one.status {
        StatusCode::OK => (one, two),
        _ => (two, one),
    };
    filled_page(&fetched);
    assert!(refused(&rejected).contains("아직 불러오고 있어요"));
    filled_page(&eager.post(FILL_PATH, &fields).await);
}
