//! The style guide: enough contrast, all components, and not available in production.

use std::process::Stdio;

use reqwest::StatusCode;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::app::App;
use crate::visitor::Visitor;

#[tokio::test]
async fn every_pair_of_colours_has_enough_contrast() {
    let app = App::start().await;
    let page = Visitor::guest(&app).get("/styleguide").await;
    assert_eq!(page.status, StatusCode::OK);
    let swatches: Vec<&str> = page.text.split("<li class=\"swatch ").skip(1).collect();
    assert!(swatches.len() > 15);
    for swatch in swatches {
        let pair = swatch.split('"').next().unwrap();
        let least = if pair.starts_with("in-edge") {
            3.0
        } else {
            4.5
        };
        let declared: Vec<f64> = swatch
            .split("data-contrast>")
            .skip(1)
            .map(|rest| rest.split(' ').next().unwrap().parse().unwrap())
            .collect();
        assert_eq!(declared.len(), 2, "light and dark: {pair}");
        for contrast in declared {
            assert!((least..=21.0).contains(&contrast), "{pair}: {contrast}");
        }
    }
}

#[tokio::test]
async fn every_component_is_shown() {
    let app = App::start().await;
    let page = Visitor::guest(&app).get("/styleguide").await.text;
    for class in [
        "button-soft",
        "button-quiet",
        "button-bad",
        "button-kakao",
        "icon-button",
        "funding-card",
        "progress-large",
        "avatar-large",
        "badge-good",
        "class=\"field\"",
        "aria-invalid",
        "class=\"option\"",
        "class=\"check\"",
        "class=\"sheet\"",
        "class=\"toast\"",
        "notice-wait",
        "class=\"empty\"",
        "list-row",
        "class=\"tabs\"",
        "class=\"message\"",
        "data-more",
    ] {
        assert!(page.contains(class), "{class}");
    }
}

#[tokio::test]
async fn the_style_guide_is_404_in_production() {
    let folder = tempfile::TempDir::new().unwrap();
    let secret = "Q3z8-Vn5w!Rt7uYp2Lk9Xc4Bm6Hj1Gf0Ds";
    let mut program = Command::new(env!("CARGO_BIN_EXE_funsun"))
        .env_clear()
        .envs([
            ("FUNSUN_PROFILE", "production"),
            ("FUNSUN_BIND", "127.0.0.1:0"),
            ("FUNSUN_DATA_DIR", folder.path().to_str().unwrap()),
            ("FUNSUN_TOKEN_SECRET", secret),
            ("FUNSUN_PUBLIC_URL", "https://funsun.example"),
            ("FUNSUN_KAKAO_AUTH_URL", "https://kauth.example"),
            ("FUNSUN_KAKAO_API_URL", "https://kapi.example"),
            ("FUNSUN_KAKAOPAY_URL", "https://pay.example"),
            ("FUNSUN_KAKAO_APP_ID", "1"),
            ("FUNSUN_KAKAO_REST_KEY", "rest"),
            ("FUNSUN_KAKAO_CLIENT_SECRET", "client"),
            ("FUNSUN_KAKAO_ADMIN_KEY", "admin"),
            ("FUNSUN_KAKAOPAY_SECRET_KEY", "PRD0123456789"),
            ("FUNSUN_KAKAOPAY_CID", "C000000001"),
        ])
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut log = BufReader::new(program.stderr.take().unwrap()).lines();
    let mut said = Vec::new();
    let address = loop {
        let line = log.next_line().await.unwrap();
        let line = line.unwrap_or_else(|| panic!("it ended: {said:#?}"));
        if let Some((_, rest)) = line.split_once("http://127.0.0.1:") {
            let port = rest.split(|it: char| !it.is_ascii_digit()).next().unwrap();
            break format!("http://127.0.0.1:{port}");
        }
        said.push(line);
    };
    let next = log.next_line().await.unwrap().unwrap_or_default();
    assert!(next.contains("contact is not set"), "{next}");
    drop(rustls::crypto::ring::default_provider().install_default());
    let http = reqwest::Client::new();
    let status = async |path: &str| {
        let call = http.get(format!("{address}{path}"));
        call.send().await.unwrap().status()
    };
    assert_eq!(status("/faq").await, StatusCode::OK);
    assert_eq!(status("/styleguide").await, StatusCode::NOT_FOUND);
}
