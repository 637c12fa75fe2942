//! The share page of a funding: preview, QR code, KakaoTalk.

use reqwest::StatusCode;
use serde_json::Value;

use crate::app::{Answer, App};
use crate::commands::refused;
use crate::visitor::Visitor;

const SDK: &str = "https://t1.kakaocdn.net/kakao_js_sdk/2.7.2/kakao.min.js";
const INTEGRITY: &str = "sha384-oqVuAfXRKap7fdgcCY5uykM6+R9GqQ8K/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC";
const KAKAO: [(&str, &str); 3] = [
    ("FUNSUN_KAKAO_JS_KEY", "0123456789abcdef0123456789abcdef"),
    ("FUNSUN_KAKAO_JS_SDK_URL", SDK),
    ("FUNSUN_KAKAO_JS_SDK_INTEGRITY", INTEGRITY),
];

fn policy(page: &Answer) -> &str {
    page.headers["content-security-policy"].to_str().unwrap()
}

/// The message that the button passes to Kakao's script.
fn message(page: &Answer) -> Value {
    let (_, rest) = page.text.split_once("data-kakao=\"").unwrap();
    let text = rest.split('"').next().unwrap();
    let text = text
        .replace("&#34;", "\"")
        .replace("&#39;", "'")
        .replace("&#38;", "&");
    serde_json::from_str(&text).unwrap()
}

/// Decodes the QR code of the page, as a camera would.
fn scan(page: &Answer) -> String {
    let (_, rest) = page
        .text
        .split_once("<div class=\"qr\"><svg viewBox=\"0 0 ")
        .unwrap();
    let size: usize = rest.split(' ').next().unwrap().parse().unwrap();
    let path = rest
        .split_once("<path d=\"")
        .unwrap()
        .1
        .split('"')
        .next()
        .unwrap();
    let mut dark = vec![false; size * size];
    for run in path.split('M').skip(1) {
        let (x, rest) = run.split_once(' ').unwrap();
        let (y, rest) = rest.split_once('h').unwrap();
        let length = rest.split('v').next().unwrap();
        let [x, y, length] = [x, y, length].map(|it| it.parse::<usize>().unwrap());
        dark[y * size + x..][..length].fill(true);
    }
    let pixel = 4;
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(size * pixel, size * pixel, |x, y| {
            if dark[y / pixel * size + x / pixel] {
                0
            } else {
                255
            }
        });
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "one code, with room around it");
    grids[0].decode().unwrap().1
}

#[tokio::test]
async fn the_share_page_shows_the_preview_and_a_qr_code_of_the_link() {
    let app = App::start().await;
    let minji = app.member("민지").await;
    let (browser, guest) = (Visitor::of(&minji), Visitor::guest(&app));
    let public = minji.opens("모두의 소원", true).await;
    let page = guest
        .get(&format!("/fundings/{}/share", public["id"]))
        .await;
    assert_eq!(page.status, StatusCode::OK);
    assert_eq!(
        scan(&page),
        format!("{}/fundings/{}", app.url, public["id"])
    );
    assert!(
        page.text
            .contains("role=\"img\" aria-label=\"펀딩 링크가 담긴 QR 코드\"")
    );
    let card = format!("<img src=\"/fundings/{}/preview/", public["id"]);
    assert!(page.text.contains(&card), "{page:?}");

    let hidden = minji.opens("비밀 소원", false).await;
    let page = browser
        .get(&format!("/fundings/{}/share", hidden["id"]))
        .await;
    assert_eq!(
        scan(&page),
        format!("{}/fundings/{}", app.url, hidden["id"])
    );
    assert!(page.text.contains("서로 팔로우한 친구에게만"));
    assert!(page.text.contains("/og.png") && !page.text.contains("/preview/"));
    // The data for other apps contains no details either.
    assert!(page.text.contains("data-title=\"친구의 펀딩에 초대해요\""));
}

#[tokio::test]
async fn without_settings_nothing_of_kakao_is_on_the_page() {
    let app = App::start().await;
    let minji = app.member("민지").await;
    let funding = minji.opens("모두의 소원", true).await;
    let page = Visitor::of(&minji)
        .get(&format!("/fundings/{}/share", funding["id"]))
        .await;
    assert!(!page.text.contains("data-kakao") && !page.text.contains("kakaocdn"));
    assert!(!policy(&page).contains("kakao"), "{}", policy(&page));
    assert!(policy(&page).contains("require-trusted-types-for 'script'"));
}

#[tokio::test]
async fn with_settings_only_the_share_page_may_load_kakao_script() {
    let app = App::with(&KAKAO).await;
    let minji = app.member("민지").await;
    let funding = minji.opens("모두의 소원", true).await;
    let path = format!("/fundings/{}", funding["id"]);
    let browser = Visitor::of(&minji);
    let page = browser.get(&format!("{path}/share")).await;
    let rules: Vec<&str> = policy(&page).split("; ").collect();
    for rule in [
        "default-src 'none'",
        &format!("script-src 'self' {SDK}"),
        "connect-src 'self' https://kapi.kakao.com",
        "form-action 'self' https://*.kakao.com",
        "frame-src https://kapi.kakao.com kakaolink:",
        "style-src 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ] {
        assert!(rules.contains(&rule), "{rule}: {rules:#?}");
    }
    for attribute in [
        format!("data-sdk=\"{SDK}\""),
        format!("data-integrity=\"{INTEGRITY}\""),
        format!("data-key=\"{}\"", KAKAO[0].1),
    ] {
        assert!(page.text.contains(&attribute), "{attribute}: {page:?}");
    }
    let referrer = &page.headers["referrer-policy"];
    assert_eq!(referrer, "strict-origin-when-cross-origin");
    // The script is loaded by a press of the button, not with the page.
    assert!(!page.text.contains(&format!("src=\"{SDK}")));
    for other in [&path, "/", "/nowhere"] {
        let page = browser.get(other).await;
        assert!(!policy(&page).contains("kakao"), "{other}");
        assert_eq!(page.headers["referrer-policy"], "same-origin", "{other}");
    }
}

#[tokio::test]
async fn a_shared_message_has_details_of_public_fundings_only() {
    let app = App::with(&KAKAO).await;
    let (minji, haneul) = (app.member("민지").await, app.member("하늘").await);
    minji.befriends(&haneul).await;
    let public = minji.opens("모두의 \"소원\"", true).await;
    haneul.supports(&public, 12_000, "축하해").await;
    let link = format!("{}/fundings/{}", app.url, public["id"]);
    let page = Visitor::of(&haneul)
        .get(&format!("/fundings/{}/share", public["id"]))
        .await;
    let sent = message(&page);
    assert_eq!(sent["objectType"], "feed");
    assert_eq!(sent["content"]["title"], "모두의 \"소원\"");
    assert_eq!(sent["content"]["link"]["webUrl"], link);
    assert_eq!(sent["content"]["description"], "같이 모아 주세요");
    assert_eq!(sent["content"]["imageWidth"], 800);
    let picture = sent["content"]["imageUrl"].as_str().unwrap();
    assert!(
        picture.starts_with(&format!("{link}/preview/")),
        "{picture}"
    );
    assert_eq!(sent["itemContent"]["items"][0]["itemOp"], "12%");
    assert_eq!(sent["itemContent"]["items"][1]["itemOp"], "12,000원");
    assert_eq!(sent["buttons"][0]["link"]["mobileWebUrl"], link);

    let hidden = minji.opens("비밀 소원", false).await;
    let page = Visitor::of(&haneul)
        .get(&format!("/fundings/{}/share", hidden["id"]))
        .await;
    let sent = message(&page);
    assert_eq!(sent["content"]["title"], "친구의 펀딩에 초대해요");
    assert!(sent.get("itemContent").is_none());
    let text = sent.to_string();
    for word in ["소원", "민지", "모아", "100,000", "/preview/", "/media/"] {
        assert!(!text.contains(word), "{word}: {text}");
    }
}

#[tokio::test]
async fn incomplete_or_invalid_settings_are_refused() {
    let folder = tempfile::TempDir::new().unwrap();
    let data = ("FUNSUN_DATA_DIR", folder.path().to_str().unwrap());
    let text = refused(&[data, KAKAO[0]]).await;
    assert!(
        text.contains("kakao_js_sdk_url") && text.contains("kakao_js_sdk_integrity"),
        "{text}"
    );
    for (name, wrong) in [
        ("FUNSUN_KAKAO_JS_KEY", "a b\""),
        (
            "FUNSUN_KAKAO_JS_SDK_URL",
            "https://t1.kakaocdn.net/a.js; script-src *",
        ),
        ("FUNSUN_KAKAO_JS_SDK_URL", "https://t1.kakaocdn.net"),
        ("FUNSUN_KAKAO_JS_SDK_URL", "//t1.kakaocdn.net/a.js"),
        ("FUNSUN_KAKAO_JS_SDK_INTEGRITY", "md5-abc"),
    ] {
        let mut settings = vec![data];
        settings.extend(KAKAO.iter().filter(|(known, _)| *known != name));
        settings.push((name, wrong));
        let text = refused(&settings).await;
        let setting = name.trim_start_matches("FUNSUN_").to_lowercase();
        assert!(text.contains(&setting), "{name}: {text}");
    }
}
