//! Demo data: the cast of the first start, and the data of `funsun demo-data`.

use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;

use crate::app::{App, Member, send};

const SORI: i64 = 3_000_000_001;

async fn log_in_as(app: &App, id: i64) -> Member {
    let path = format!("/sandbox/people/{id}/token");
    let token = app.sandbox(Method::POST, &path, json!({})).await;
    app.log_in(token["access_token"].as_str().unwrap()).await
}

async fn public_fundings(app: &App) -> Vec<Value> {
    let mut all = Vec::new();
    for page in 1.. {
        let path = format!("/funding/public?page={page}");
        let answer = send(app.visitor(Method::GET, &path)).await;
        if answer.status == 204 {
            break;
        }
        all.extend(answer.json().as_array().unwrap().clone());
    }
    all
}

#[tokio::test]
async fn the_first_start_in_dev_creates_a_cast_with_a_balanced_ledger() {
    let mut app = App::with(&[("FUNSUN_DEMO_CAST", "on")]).await;
    let fundings = public_fundings(&app).await;
    assert_eq!(fundings.len(), 10, "{fundings:?}");
    let amount = |card: &Value, field: &str| card[field].as_i64().unwrap();
    assert!(
        fundings
            .iter()
            .any(|card| amount(card, "current_amount") > amount(card, "goal_amount"))
    );
    for card in &fundings {
        assert!(amount(card, "current_amount") > 0, "{card}");
        let picture = send(app.visitor(Method::GET, card["image"].as_str().unwrap())).await;
        assert_eq!(picture.status, 200, "{card}");
        assert_eq!(picture.headers["content-type"], "image/jpeg");
    }
    let (code, text) = app.command(&["audit", "--offline"]).await;
    assert_eq!(code, 0, "{text}");
    app.kill().await;
    app.restart().await;
    assert_eq!(public_fundings(&app).await.len(), 10);
}

#[tokio::test]
async fn a_member_of_the_cast_can_log_in() {
    let app = App::with(&[("FUNSUN_DEMO_CAST", "on")]).await;
    let sori = log_in_as(&app, SORI).await;
    let profile = sori.get(&format!("/account/?id={SORI}")).await;
    assert_eq!(profile["username"], "한소리");
    assert!(profile["follower"].as_i64().unwrap() >= 4);
    let own = sori.get(&format!("/funding/user?id={SORI}")).await;
    let own = own.as_array().unwrap();
    assert!(own.iter().any(|card| card["public"] == false));
    assert!(own.iter().all(|card| card["author"]["id"] == profile["id"]));
    assert_eq!(sori.status("/funding/following").await, 200);
    assert_eq!(sori.status("/funding/joined").await, 200);
}

#[tokio::test]
async fn a_database_that_has_members_gets_no_cast() {
    let mut first = App::start().await;
    first.member("민지").await;
    first.kill().await;
    let folder = first.dir.path().to_str().unwrap();
    let settings = [
        ("FUNSUN_DATA_DIR", folder),
        ("FUNSUN_DATABASE_URL", first.setting("FUNSUN_DATABASE_URL")),
        ("FUNSUN_DEMO_CAST", "on"),
    ];
    let second = App::with(&settings).await;
    assert!(public_fundings(&second).await.is_empty());
}

const SIZES: [&str; 9] = [
    "demo-data",
    "--accounts",
    "60",
    "--fundings",
    "90",
    "--supports",
    "300",
    "--seed",
    "7",
];

#[tokio::test]
async fn demo_data_has_the_requested_sizes_and_a_balanced_ledger() {
    let mut app = App::start().await;
    app.kill().await;
    for round in 1..=2 {
        let (code, text) = app.command(&SIZES).await;
        assert_eq!(code, 0, "{text}");
        assert!(text.contains("fundings: 90 of 90 (100 %)"), "{text}");
        let (code, text) = app.command(&["audit", "--offline"]).await;
        assert_eq!(code, 0, "{text}");
        let payments = text.lines().find(|line| line.starts_with("payments"));
        let expected = (300 * round).to_string();
        assert_eq!(
            payments.unwrap().split_whitespace().last(),
            Some(&*expected)
        );
    }
    app.restart().await;
    let fundings = public_fundings(&app).await;
    assert!((120..180).contains(&fundings.len()), "{}", fundings.len());
}

#[tokio::test]
async fn the_same_seed_creates_the_same_members_and_fundings() {
    let mut shown = Vec::new();
    for _ in 0..2 {
        let mut app = App::start().await;
        app.kill().await;
        let (code, text) = app.command(&SIZES).await;
        assert_eq!(code, 0, "{text}");
        app.restart().await;
        let cards = public_fundings(&app).await.into_iter().map(|mut card| {
            // Relative to the time of creation.
            card.as_object_mut().unwrap().remove("expire_on");
            card
        });
        shown.push(cards.collect::<Vec<_>>());
    }
    assert_eq!(shown[0], shown[1]);
}

#[tokio::test]
async fn production_refuses_demo_data() {
    let folder = tempfile::TempDir::new().unwrap();
    let settings = [
        ("FUNSUN_PROFILE", "production"),
        ("FUNSUN_DATA_DIR", folder.path().to_str().unwrap()),
        ("FUNSUN_PUBLIC_URL", "https://funsun.example"),
        ("FUNSUN_TOKEN_SECRET", "qL3zX9vB1nM7kJ5hG2fD8sA4pO6iU0yT"),
        ("FUNSUN_KAKAO_AUTH_URL", "https://kauth.example"),
        ("FUNSUN_KAKAO_API_URL", "https://kapi.example"),
        ("FUNSUN_KAKAO_APP_ID", "7"),
        ("FUNSUN_KAKAO_REST_KEY", "rest-key"),
        ("FUNSUN_KAKAO_CLIENT_SECRET", "client-secret"),
        ("FUNSUN_KAKAO_ADMIN_KEY", "admin-key"),
        ("FUNSUN_KAKAOPAY_URL", "https://pay.example"),
        ("FUNSUN_KAKAOPAY_SECRET_KEY", "PRD-invented"),
        ("FUNSUN_KAKAOPAY_CID", "C000000000"),
    ];
    let output = Command::new(env!("CARGO_BIN_EXE_funsun"))
        .args(SIZES)
        .envs(settings)
        .output()
        .await
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert!(text.contains("dev profile"), "{text}");
    assert!(!folder.path().join("funsun.db").exists());
}
