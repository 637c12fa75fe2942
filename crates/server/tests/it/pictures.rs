//! Pictures: upload, delivery, replacement and refusal.

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::app::{Answer, App, Member, eventually, send};
use crate::picture_files::{GIF, WEBP, jpeg, png, png_of};

async fn set(member: &Member, image: &[u8]) -> Answer {
    let files = [("image", image)];
    let texts = [("image_delete", "")];
    member
        .multipart(Method::PUT, "/account/", &texts, &files)
        .await
}

/// Uploads a picture of the member; returns its path.
async fn path_of(member: &Member, image: &[u8]) -> String {
    let answer = set(member, image).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    answer.json()["image"].as_str().unwrap().to_owned()
}

async fn load(app: &App, path: &str) -> reqwest::Response {
    let url = format!("{}{path}", app.url);
    app.http.get(url).send().await.unwrap()
}

#[tokio::test]
async fn every_format_becomes_a_picture_that_the_app_can_load() {
    let app = App::start().await;
    let member = app.member("지우").await;
    for (name, file, kind) in [
        ("png", png(20, 9), "image/jpeg"),
        ("jpeg", jpeg(21), "image/jpeg"),
        ("gif", GIF.to_vec(), "image/png"),
        ("webp", WEBP.to_vec(), "image/png"),
    ] {
        let path = path_of(&member, &file).await;
        assert!(path.starts_with("/media/"), "{path}");
        for asked in [
            path.clone(),
            format!("/{path}?v=123"),
            format!("//{path}?v=1"),
        ] {
            let response = load(&app, &asked).await;
            assert_eq!(response.status(), StatusCode::OK, "{name} {asked}");
            let headers = response.headers();
            assert!(
                headers["content-type"].to_str().unwrap().starts_with(kind),
                "{name}"
            );
            assert_eq!(
                headers["cache-control"],
                "public, max-age=31536000, immutable"
            );
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert!(
                headers["content-security-policy"]
                    .to_str()
                    .unwrap()
                    .contains("sandbox")
            );
            let bytes = response.bytes().await.unwrap();
            assert!(picture::process(&bytes).is_ok(), "{name} is a picture");
        }
    }
}

#[tokio::test]
async fn a_large_picture_is_scaled_down_and_has_a_thumbnail() {
    let app = App::start().await;
    let member = app.member("지우").await;
    let path = path_of(&member, &png(1_700, 120)).await;
    let width = async |path: &str| {
        let bytes = load(&app, path).await.bytes().await.unwrap();
        picture::process(&bytes).unwrap().full.width
    };
    assert_eq!(width(&path).await, 1_600);
    let small = path.replace(".jpg", "_480.jpg");
    assert_ne!(small, path);
    assert_eq!(width(&small).await, 480);
}

#[tokio::test]
async fn a_replaced_or_deleted_picture_is_no_longer_served() {
    let app = App::start().await;
    let member = app.member("지우").await;
    let gone = async |path: &str| {
        let url = format!("{}{path}", app.url);
        send(app.http.get(url)).await.status == StatusCode::NOT_FOUND
    };
    let first = path_of(&member, &png(20, 1)).await;
    let second = path_of(&member, &png(20, 2)).await;
    assert_ne!(first, second);
    assert!(gone(&first).await);
    assert!(!gone(&second).await);

    let kept = member
        .form(Method::PUT, "/account/", &[("username", "새이름")])
        .await;
    assert_eq!(
        kept.json()["image"],
        second.as_str(),
        "not named, not touched"
    );
    let texts = [("image_delete", "delete")];
    let third = png(20, 3);
    let both = member
        .multipart(Method::PUT, "/account/", &texts, &[("image", &third)])
        .await;
    let third = both.json()["image"].as_str().unwrap().to_owned();
    assert!(gone(&second).await);
    assert!(!gone(&third).await, "a new picture wins over delete");

    let deleted = member
        .multipart(Method::PUT, "/account/", &texts, &[])
        .await;
    assert_eq!(deleted.json()["image"], Value::Null);
    assert!(gone(&third).await);
    let media = app.dir.path().join("media");
    eventually("the files are removed too", async || {
        files_below(&media) == 0
    })
    .await;
}

fn files_below(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let count = |path: std::path::PathBuf| if path.is_dir() { files_below(&path) } else { 1 };
    entries.map(count).sum()
}

#[tokio::test]
async fn pictures_of_a_funding_and_its_review_are_deleted_with_it() {
    let app = App::start().await;
    let author = app.member("민지").await;
    let deadline = crate::app::seoul_time_in(86_400);
    let texts = [
        ("title", "사진 있는 소원"),
        ("content", "같이 모아 주세요"),
        ("goal_amount", "100000"),
        ("public", "true"),
        ("expire_on", deadline.as_str()),
    ];
    let (image, review_image) = (png(30, 30), png(31, 31));
    let opened = author
        .multipart(Method::POST, "/funding/", &texts, &[("image", &image)])
        .await;
    assert_eq!(opened.status, StatusCode::CREATED, "{opened:?}");
    let opened = opened.json();
    let shown = opened["image"].as_str().unwrap();
    assert_eq!(load(&app, shown).await.status(), StatusCode::OK);
    let list = send(app.visitor(Method::GET, "/funding/public"))
        .await
        .json();
    assert_eq!(list[0]["image"], shown);

    let id = opened["id"].to_string();
    let texts = [("id", id.as_str()), ("review", "고마워요")];
    let files = [("review_image", &review_image[..])];
    let reviewed = author
        .multipart(Method::POST, "/funding/review", &texts, &files)
        .await
        .json();
    let thanks = reviewed["review_image"].as_str().unwrap();
    assert_eq!(reviewed["image"], shown, "the other picture stays");
    assert_eq!(load(&app, thanks).await.status(), StatusCode::OK);

    let texts = [("id", id.as_str()), ("image_delete", "delete")];
    let edited = author
        .multipart(Method::PUT, "/funding/", &texts, &[])
        .await
        .json();
    assert_eq!(edited["image"], Value::Null);
    assert_eq!(edited["review_image"], thanks);
    assert_eq!(load(&app, shown).await.status(), StatusCode::NOT_FOUND);
    author
        .form(Method::DELETE, "/funding/", &[("id", &id)])
        .await;
    assert_eq!(load(&app, thanks).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn pictures_of_a_former_member_are_no_longer_served() {
    let app = App::start().await;
    let member = app.member("지우").await;
    let own = path_of(&member, &png(20, 8)).await;
    assert_eq!(load(&app, &own).await.status(), StatusCode::OK);
    send(member.call(Method::DELETE, "/account/")).await;
    assert_eq!(load(&app, &own).await.status(), StatusCode::NOT_FOUND);
    let media = app.dir.path().join("media");
    eventually("the files are removed too", async || {
        files_below(&media) == 0
    })
    .await;
}

#[tokio::test]
async fn an_invalid_picture_is_refused_and_the_old_one_kept() {
    let app = App::start().await;
    let member = app.member("지우").await;
    let before = path_of(&member, &png(20, 5)).await;
    let good = png(20, 6);
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0heicmif1".to_vec();
    let too_many_bytes = [good.clone(), vec![0; 10 * 1024 * 1024]].concat();
    for (what, file, status) in [
        ("empty", Vec::new(), 415),
        ("a script", b"<script>alert(1)</script>".to_vec(), 415),
        (
            "an svg",
            b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(),
            415,
        ),
        ("heic", heic, 415),
        ("truncated", good[..good.len() / 2].to_vec(), 400),
        (
            "a script in disguise",
            [&good[..8], b"<script>"].concat(),
            400,
        ),
        ("a bomb", png_of(60_000, 60_000, &[0; 100]), 413),
        ("a lie about its size", png_of(4_000, 4_000, &[0; 100]), 400),
        ("11 MB", too_many_bytes, 413),
    ] {
        let answer = set(&member, &file).await;
        assert_eq!(answer.status, status, "{what}: {answer:?}");
        assert!(answer.json()["detail"].is_string(), "{what}");
    }
    let heic = set(&member, b"\0\0\0\x18ftypheic\0\0\0\0heicmif1").await;
    assert!(
        heic.text.contains("HEIC") && heic.text.contains("JPEG"),
        "{heic:?}"
    );
    let own = send(member.call(Method::POST, "/account/")).await.json();
    assert_eq!(own["image"], before.as_str());
}

#[tokio::test]
async fn an_upload_that_is_refused_early_gets_a_response() {
    let app = App::start().await;
    let member = app.member("지우").await;
    let mut stale = member.clone();
    stale.access = "null".to_owned();
    let large = vec![0; 8 * 1024 * 1024];
    for _ in 0..5 {
        assert_eq!(
            set(&stale, &large).await.status,
            StatusCode::UNAUTHORIZED,
            "then it refreshes"
        );
        let too_large = set(&member, &large.repeat(2)).await;
        assert_eq!(too_large.status, StatusCode::PAYLOAD_TOO_LARGE);
    }
}

#[tokio::test]
async fn unknown_picture_names_are_404() {
    let app = App::start().await;
    let member = app.member("지우").await;
    let path = path_of(&member, &png(20, 7)).await;
    let digits = path.trim_start_matches("/media/").trim_end_matches(".jpg");
    for path in [
        format!("/media/{}.jpg", "0".repeat(32)),
        format!("/media/{digits}"),
        format!("/media/{digits}.png"),
        format!("/media/{digits}.jpg.exe"),
        format!("/media/{}.jpg", digits.to_uppercase()),
        "/media/".to_owned(),
        "/media/../funsun.db".to_owned(),
        "/media/..%2Ffunsun.db".to_owned(),
        "/media/%2e%2e/token-secret".to_owned(),
        "/media/s/0.AAAA/x.jpg".to_owned(),
    ] {
        let status = load(&app, &path).await.status();
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
}
