//! What a restart remembers.

use kakao_sandbox::Settings;
use reqwest::Method;
use serde_json::json;

use crate::test_sandbox::Stage;

#[tokio::test]
async fn people_links_tokens_and_payments_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        journal: Some(folder.path().join("sandbox.jsonl")),
        ..Settings::default()
    };
    let stage = Stage::with(settings.clone()).await;
    let (id, token) = stage
        .person(json!({"nickname": "오래", "email": "o@sandbox.example"}))
        .await;
    let (gone, gone_token) = stage.person(json!({"nickname": "간다"})).await;
    let unlinked = stage
        .post("/v1/user/unlink")
        .bearer_auth(&gone_token)
        .send()
        .await
        .unwrap();
    assert_eq!(unlinked.status(), 200);
    let paid = stage.approved(9_000).await;
    assert_eq!(
        stage
            .pay("cancel", &stage.refund(&paid, 4_000, 9_000))
            .await
            .0,
        200
    );
    let approve = stage.authenticated(2_000).await;
    stage.sandbox.stop().await;

    let stage = Stage::with(settings.clone()).await;
    let (_, me) = stage.with_token("/v2/user/me", &token).await;
    assert_eq!(me["id"], id);
    assert_eq!(me["kakao_account"]["email"], "o@sandbox.example");
    assert_eq!(stage.with_token("/v2/user/me", &gone_token).await.0, 401);
    let people = stage.admin(Method::GET, "/sandbox/people", json!({})).await;
    let left = people["people"]
        .as_array()
        .unwrap()
        .iter()
        .find(|person| person["id"] == gone);
    assert_eq!(left.unwrap()["linked"], false);
    let order = stage.look_up(&paid).await;
    assert_eq!(order["status"], "PART_CANCEL_PAYMENT");
    assert_eq!(order["cancel_available_amount"]["total"], 5_000);
    assert_eq!(stage.pay("approve", &approve).await.0, 200);
    stage.sandbox.stop().await;

    let stage = Stage::with(settings).await;
    assert_eq!(
        stage.look_up(approve["tid"].as_str().unwrap()).await["status"],
        "SUCCESS_PAYMENT"
    );
    let (fresh, _) = stage.person(json!({})).await;
    assert!(fresh != id && fresh != gone);
}

#[tokio::test]
async fn an_answered_charge_is_in_the_file_before_the_sandbox_stops() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.jsonl");
    let settings = Settings {
        journal: Some(path.clone()),
        ..Settings::default()
    };
    let stage = Stage::with(settings).await;
    let tid = stage.approved(1_000).await;
    let lines = std::fs::read_to_string(&path).unwrap();
    let last = lines.lines().rfind(|line| line.contains(&tid)).unwrap();
    assert!(last.contains("SUCCESS_PAYMENT"), "{last}");
}
