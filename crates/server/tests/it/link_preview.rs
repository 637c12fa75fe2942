//! Link previews as a chat's crawler gets them: details of public fundings, nothing of any other.

use std::time::{Duration, Instant};

use reqwest::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, USER_AGENT};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::app::{Answer, App, Member, send};
use crate::commands::refused;
use crate::picture_files::png;
use crate::visitor::Visitor;

/// The user agent of KakaoTalk's crawler.
const KAKAOTALK: &str =
    "facebookexternalhit/1.1; kakaotalk-scrap/1.0; +https://devtalk.kakao.com/t/scrap/33984";

/// Requests the page as KakaoTalk's crawler does: no cookies, no language.
async fn scrape(app: &App, path: &str) -> Answer {
    let call = app.visitor(Method::GET, path);
    let call = call.header(USER_AGENT, KAKAOTALK);
    send(call.header(ACCEPT, "text/html")).await
}

/// The content of a `<meta>` property, which must occur once.
fn meta<'a>(page: &'a Answer, property: &str) -> &'a str {
    let begin = format!("<meta property=\"{property}\" content=\"");
    let mut found = page.text.split(&begin).skip(1);
    let content = found
        .next()
        .unwrap_or_else(|| panic!("{property}: {page:?}"));
    assert!(found.next().is_none(), "{property} is there twice");
    content.split('"').next().unwrap()
}

/// Path of the page's preview picture.
fn picture_path(app: &App, page: &Answer) -> String {
    let image = meta(page, "og:image");
    let path = image.strip_prefix(app.url.as_str());
    path.unwrap_or_else(|| panic!("a whole url: {image}"))
        .to_owned()
}

struct Picture {
    status: StatusCode,
    caching: String,
    bytes: Vec<u8>,
}

async fn fetch(app: &App, path: &str) -> Picture {
    let call = app.visitor(Method::GET, path);
    let response = call.header(USER_AGENT, KAKAOTALK).send().await.unwrap();
    let header = |name| {
        response
            .headers()
            .get(name)
            .map(|it| it.to_str().unwrap().to_owned())
    };
    let (kind, caching) = (header(CONTENT_TYPE), header(CACHE_CONTROL).unwrap());
    let status = response.status();
    let bytes = response.bytes().await.unwrap().to_vec();
    if status == StatusCode::OK {
        assert_eq!(kind.as_deref(), Some("image/png"));
        // The start of a PNG: signature, chunk header, width and height (PNG, 11.2.1).
        assert_eq!(bytes[..8], *b"\x89PNG\r\n\x1a\n");
        assert_eq!(bytes[16..24], [0, 0, 3, 32, 0, 0, 1, 144], "800 × 400");
        assert!(bytes.len() < 300_000, "{} bytes", bytes.len());
    }
    Picture {
        status,
        caching,
        bytes,
    }
}

async fn edit(author: &Member, id: &Value, field: &str, value: &str) {
    let id = id.to_string();
    let texts = [("id", id.as_str()), (field, value)];
    let answer = author
        .multipart(Method::PUT, "/funding/", &texts, &[])
        .await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

#[tokio::test]
async fn kakaotalk_gets_the_preview_of_a_public_funding() {
    let app = App::start().await;
    let minji = app.member("민지").await;
    let funding = minji.opens("모두의 \"소원\" & 꿈", true).await;
    let page = scrape(&app, &format!("/fundings/{}", funding["id"])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(meta(&page, "og:title"), "모두의 &#34;소원&#34; &#38; 꿈");
    assert_eq!(meta(&page, "og:description"), "같이 모아 주세요");
    let url = format!("{}/fundings/{}", app.url, funding["id"]);
    assert_eq!(meta(&page, "og:url"), url);
    assert_eq!(meta(&page, "og:image:width"), "800");
    assert_eq!(meta(&page, "og:image:height"), "400");
    assert!(meta(&page, "og:image:alt").contains("0%"));
    let picture = fetch(&app, &picture_path(&app, &page)).await;
    assert_eq!(picture.status, StatusCode::OK);
    assert_eq!(picture.caching, "public, max-age=86400, immutable");
}

#[tokio::test]
async fn the_picture_url_changes_with_everything_that_is_drawn() {
    let app = App::start().await;
    let (minji, haneul) = (app.member("민지").await, app.member("하늘").await);
    let funding = minji.opens("생일 소원", true).await;
    let path = format!("/fundings/{}", funding["id"]);
    let mut urls = vec![picture_path(&app, &scrape(&app, &path).await)];
    let first = fetch(&app, &urls[0]).await;
    haneul.supports(&funding, 12_000, "축하해").await;
    urls.push(picture_path(&app, &scrape(&app, &path).await));
    edit(&minji, &funding["id"], "title", "다른 소원").await;
    urls.push(picture_path(&app, &scrape(&app, &path).await));
    minji
        .form(Method::PUT, "/account/", &[("username", "김민지")])
        .await;
    urls.push(picture_path(&app, &scrape(&app, &path).await));
    let id = funding["id"].to_string();
    let image = png(60, 9);
    let files = [("image", &image[..])];
    minji
        .multipart(Method::PUT, "/funding/", &[("id", &id)], &files)
        .await;
    urls.push(picture_path(&app, &scrape(&app, &path).await));
    for (index, url) in urls.iter().enumerate() {
        assert!(!urls[..index].contains(url), "{index}: {urls:#?}");
    }
    edit(&minji, &funding["id"], "content", "글만 바꿨어요").await;
    let same = picture_path(&app, &scrape(&app, &path).await);
    assert_eq!(Some(&same), urls.last(), "the text is not drawn");

    // An outdated or invalid URL redirects to the current picture, and the redirect is not cached.
    let nonsense = format!("{path}/preview/0.png");
    for url in [&urls[0], &nonsense] {
        let old = Visitor::guest(&app).get(url).await;
        assert_eq!(old.status, StatusCode::SEE_OTHER, "{old:?}");
        assert_eq!(old.headers["location"], same.as_str());
        assert_eq!(old.headers["cache-control"], "no-cache");
    }
    let new = fetch(&app, &same).await;
    assert!(new.caching.contains("immutable"));
    assert_ne!(new.bytes, first.bytes);
}

#[tokio::test]
async fn preview_pictures_stay_fast_while_many_are_drawn() {
    let app = App::start().await;
    let minji = app.member("민지").await;
    let mut urls = Vec::new();
    for number in 0..100 {
        let funding = minji.opens(&format!("소원 {number}"), true).await;
        let page = scrape(&app, &format!("/fundings/{}", funding["id"])).await;
        urls.push(picture_path(&app, &page));
    }
    let general = picture_path(&app, &scrape(&app, "/").await);
    let general = fetch(&app, &general).await.bytes;
    let asked = urls.iter().map(async |url| {
        let begun = Instant::now();
        let picture = fetch(&app, url).await;
        assert!(begun.elapsed() < Duration::from_secs(6), "{begun:?}");
        picture
    });
    for picture in futures_util::future::join_all(asked).await {
        assert_eq!(picture.status, StatusCode::OK);
        // The general picture, when it replaces a funding's own, must not be cached.
        let (is_general, is_kept) = (picture.bytes == general, picture.caching != "no-cache");
        assert_ne!(is_general, is_kept, "{}", picture.caching);
    }
}

#[tokio::test]
async fn hidden_deleted_and_unknown_fundings_are_indistinguishable() {
    let app = App::start().await;
    let minji = app.member("민지").await;
    let hidden = minji.opens("비밀 소원", false).await;
    let deleted = minji.opens("지운 소원", false).await;
    let id = deleted["id"].to_string();
    let gone = minji
        .form(Method::DELETE, "/funding/", &[("id", &id)])
        .await;
    assert!(gone.status.is_success(), "{gone:?}");
    let mut answers = Vec::new();
    for id in [hidden["id"].to_string(), id, "9".to_owned()] {
        let page = scrape(&app, &format!("/fundings/{id}")).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND);
        assert_eq!(meta(&page, "og:title"), "FunSun");
        for word in ["소원", "민지", "100,000", "같이 모아"] {
            assert!(!page.text.contains(word), "{word}");
        }
        let general = fetch(&app, &picture_path(&app, &page)).await;
        assert_eq!(general.status, StatusCode::OK);
        let picture = Visitor::guest(&app)
            .get(&format!("/fundings/{id}/preview/0.png"))
            .await;
        answers.push((normalized(page, &id), normalized(picture, &id)));
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0], answers[2]);
}

/// The response without headers that always differ, and without the funding's id in the login link.
fn normalized(answer: Answer, id: &str) -> (StatusCode, HeaderMap, String) {
    let mut headers = answer.headers;
    for varying in ["x-request-id", "date"] {
        headers.remove(varying);
    }
    let back = format!("fundings%2F{id}\"");
    let text = answer.text.replace(&back, "fundings%2FN\"");
    (answer.status, headers, text)
}

#[tokio::test]
async fn the_picture_of_a_funding_that_is_no_longer_public_is_404() {
    let app = App::start().await;
    let minji = app.member("민지").await;
    let funding = minji.opens("한때 모두의 소원", true).await;
    let page = scrape(&app, &format!("/fundings/{}", funding["id"])).await;
    let url = picture_path(&app, &page);
    assert_eq!(fetch(&app, &url).await.status, StatusCode::OK);
    let version = url.rsplit('/').next().unwrap();
    let unknown = fetch(&app, &format!("/fundings/999/preview/{version}")).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    edit(&minji, &funding["id"], "public", "false").await;
    let hidden = fetch(&app, &url).await;
    assert_eq!(hidden.status, StatusCode::NOT_FOUND);
    assert_eq!(hidden.bytes, unknown.bytes);
    // It is 404 even with the author's cookies.
    let own = Visitor::of(&minji).get(&url).await;
    assert_eq!(own.status, StatusCode::NOT_FOUND);
    edit(&minji, &funding["id"], "public", "true").await;
    assert_eq!(fetch(&app, &url).await.status, StatusCode::OK);
    let id = funding["id"].to_string();
    minji
        .form(Method::DELETE, "/funding/", &[("id", &id)])
        .await;
    let deleted = fetch(&app, &url).await;
    assert_eq!(deleted.status, StatusCode::NOT_FOUND);
    assert_eq!(deleted.bytes, unknown.bytes);
}

#[tokio::test]
async fn any_title_can_be_drawn() {
    let app = App::start().await;
    let minji = app.member("민지").await;
    let unbroken = "가".repeat(50);
    for title in [
        "🎁🎂",
        "שלום עולם",
        "\u{200b}\u{200d}\u{feff}",
        "مرحبا \u{202e}소원",
        "👨‍👩‍👧 함께",
        "e\u{301}\u{301}\u{301}\u{301}",
        &unbroken,
        "<b>&amp;</b>",
    ] {
        let funding = minji.opens(title, true).await;
        let page = scrape(&app, &format!("/fundings/{}", funding["id"])).await;
        let picture = fetch(&app, &picture_path(&app, &page)).await;
        assert_eq!(picture.status, StatusCode::OK, "{title:?}");
    }
}

#[tokio::test]
async fn concurrent_requests_get_the_same_picture_and_invalid_paths_404() {
    let app = App::start().await;
    let minji = app.member("민지").await;
    let funding = minji.opens("생일 소원", true).await;
    let path = format!("/fundings/{}", funding["id"]);
    let url = picture_path(&app, &scrape(&app, &path).await);
    let asked = (0..40).map(|_| fetch(&app, &url));
    let pictures = futures_util::future::join_all(asked).await;
    for picture in &pictures {
        assert_eq!(picture.status, StatusCode::OK);
        assert_eq!(picture.bytes, pictures[0].bytes);
    }
    for wrong in [
        "/fundings/x/preview/0.png",
        &format!("{path}/preview/0.jpg"),
        &format!("{path}/preview"),
        "/fundings/99999999999999999999/preview/0.png",
    ] {
        assert_eq!(
            fetch(&app, wrong).await.status,
            StatusCode::NOT_FOUND,
            "{wrong}"
        );
    }
}

#[tokio::test]
async fn a_guest_who_may_not_see_a_funding_gets_a_login_link_that_returns_to_it() {
    let app = App::start().await;
    let minji = app.member("민지").await;
    let stranger = app.member("행인").await;
    let funding = minji.opens("비밀 소원", false).await;
    let path = format!("/fundings/{}", funding["id"]);
    let page = Visitor::guest(&app).get(&path).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(
        page.text.contains("로그인하면 볼 수 있는 펀딩일 수 있어요"),
        "{page:?}"
    );
    let back = format!(
        "class=\"button\" href=\"/login?next=%2Ffundings%2F{}\"",
        funding["id"]
    );
    assert!(page.text.contains(&back), "{page:?}");
    // The link is not shown to a logged-in member, nor on a path that is never a funding.
    let member = Visitor::of(&stranger).get(&path).await;
    assert!(!member.text.contains("로그인하면 볼 수 있는"));
    assert!(!member.text.contains("/login"), "{member:?}");
    let nowhere = Visitor::guest(&app).get("/nowhere").await;
    assert!(!nowhere.text.contains("로그인하면 볼 수 있는"));
}

#[tokio::test]
async fn pages_without_a_preview_of_their_own_have_the_general_one() {
    let app = App::start().await;
    for path in ["/", "/login", "/faq", "/explore", "/nowhere"] {
        let page = scrape(&app, path).await;
        assert_eq!(meta(&page, "og:title"), "FunSun", "{path}");
        let picture = fetch(&app, &picture_path(&app, &page)).await;
        assert_eq!(picture.status, StatusCode::OK, "{path}");
        assert!(picture.caching.contains("immutable"), "{path}");
    }
}

#[tokio::test]
async fn an_unusable_font_is_refused_at_start() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("font.ttf");
    std::fs::write(&file, "no font at all").unwrap();
    for font in [file.to_str().unwrap(), "/nowhere/font.ttf"] {
        let data = folder.path().to_str().unwrap();
        let settings = [
            ("FUNSUN_PREVIEW_FONT", font),
            ("FUNSUN_DATA_DIR", data),
            ("FUNSUN_BIND", "127.0.0.1:0"),
        ];
        let text = refused(&settings).await;
        assert!(
            text.contains("preview_font") && text.contains(font),
            "{text}"
        );
    }
}
