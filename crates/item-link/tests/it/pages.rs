//! The metadata of pages, in its variants.

use axum::body::Body;
use axum::response::IntoResponse;
use item_link::Failure;

use crate::shop::{Shop, html, redirect};

const UTF_8: &str = "text/html; charset=utf-8";

async fn title_of(content_type: &'static str, page: impl Into<Vec<u8>>) -> Option<String> {
    let shop = Shop::of_page(content_type, page).await;
    shop.fetch("item").await.unwrap().title
}

#[tokio::test]
async fn open_graph_is_preferred() {
    let page = r#"<!doctype html><head><title>무선 헤드폰 - 가게</title>
        <meta name="twitter:title" content="트위터의 이름">
        <meta property="og:title" content="무선 헤드폰">
        <meta property="og:image" content="/picture">
        <meta property="og:image" content="/second"></head><body>…"#;
    let shop = Shop::of_page(UTF_8, page).await;
    let item = shop.fetch("item").await.unwrap();
    assert_eq!(item.title.as_deref(), Some("무선 헤드폰"));
    assert_eq!(item.picture.as_deref(), Some(b"a picture".as_slice()));
}

#[tokio::test]
async fn the_title_element_is_the_fallback() {
    let page = "<title>\n  첼로 &amp; 활 &lt;세트&gt; &#x2665; &unknown;\n</title><svg><title>화살표</title></svg>";
    let title = title_of(UTF_8, page).await;
    assert_eq!(title.as_deref(), Some("첼로 & 활 <세트> ♥ &unknown;"));
}

#[tokio::test]
async fn entities_in_attributes_are_decoded_and_scripts_are_ignored() {
    let page = r#"<script>var a = '<meta property="og:title" content="가짜">'</script>
        <meta property='og:title' content='민지&#39;s &quot;컵&quot; &amp; 접시'>"#;
    let title = title_of(UTF_8, page).await;
    assert_eq!(title.as_deref(), Some("민지's \"컵\" & 접시"));
}

#[tokio::test]
async fn pages_in_euc_kr_are_decoded() {
    // 가방, in EUC-KR.
    let bag = b"<title>\xb0\xa1\xb9\xe6</title>".to_vec();
    let title = title_of("text/html; charset=EUC-KR", bag.clone()).await;
    assert_eq!(title.as_deref(), Some("가방"));
    for declared in [
        b"<meta charset=\"ks_c_5601-1987\">".as_slice(),
        b"<meta http-equiv='content-type' content='text/html; charset=euc-kr'>",
    ] {
        let title = title_of("text/html", [declared, &bag].concat()).await;
        assert_eq!(title.as_deref(), Some("가방"));
    }
}

#[tokio::test]
async fn a_relative_picture_url_is_resolved_against_the_redirect_target() {
    let shop = Shop::new(|path| match path {
        "short" => redirect("/goods/7"),
        "goods/7" => html(
            UTF_8,
            "<title>컵</title><meta property=og:image content='cup.jpg'>",
        ),
        "goods/cup.jpg" => redirect("../picture"),
        "picture" => Body::from("a picture").into_response(),
        other => panic!("{other}"),
    })
    .await;
    let item = shop.fetch("short").await.unwrap();
    assert_eq!(item.title.as_deref(), Some("컵"));
    assert_eq!(item.picture.as_deref(), Some(b"a picture".as_slice()));
}

#[tokio::test]
async fn a_page_without_a_usable_picture_still_has_its_title() {
    for address in [
        "/missing",
        "http://10.0.0.1/a.jpg",
        "data:image/png;base64,AAAA",
        "::",
    ] {
        let page = format!("<title>컵</title><meta property=og:image content='{address}'>");
        let shop = Shop::new(move |path| match path {
            "item" => html(UTF_8, page.clone()),
            _ => axum::http::StatusCode::NOT_FOUND.into_response(),
        })
        .await;
        let item = shop.fetch("item").await.unwrap();
        assert_eq!(item.title.as_deref(), Some("컵"), "{address}");
        assert_eq!(item.picture, None, "{address}");
    }
}

#[tokio::test]
async fn a_page_without_metadata_differs_from_other_content() {
    for (content_type, page, failure) in [
        (UTF_8, "<p>안녕", Failure::NothingFound),
        (UTF_8, "<title>  </title>", Failure::NothingFound),
        (
            "application/json",
            "{\"title\":\"컵\"}",
            Failure::UnsupportedContent,
        ),
        (
            "image/png",
            "<title>컵</title>",
            Failure::UnsupportedContent,
        ),
    ] {
        let shop = Shop::of_page(content_type, page).await;
        assert_eq!(shop.fetch("item").await, Err(failure), "{page}");
    }
}

#[tokio::test]
async fn a_title_is_a_single_line_without_control_characters_and_truncated() {
    let title = title_of(UTF_8, "<title>컵\u{7}\u{0}과\r\n\t접시</title>").await;
    assert_eq!(title.map(|it| it.contains(char::is_control)), Some(false));
    let long = format!("<title>{}</title>", "컵".repeat(5_000));
    let title = title_of(UTF_8, long).await.unwrap();
    assert_eq!(title.chars().count(), item_link::TITLE_CHARS_MAX);
}
