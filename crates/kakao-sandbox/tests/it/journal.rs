//! State that survives a restart.

use kakao_sandbox::Settings;
use reqwest::Method;
use serde_json::json;

use crate::test_sandbox::{TestSandbox, text};

#[tokio::test]
async fn people_links_tokens_and_payments_survive_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        journal: Some(folder.path().join("sandbox.jsonl")),
        ..Settings::default()
    };
    let sandbox = TestSandbox::with(settings.clone()).await;
    let (id, token) = sandbox
        .person(json!({"nickname": "오래", "email": "o@sandbox.example"}))
        .await;
    let (gone, gone_token) = sandbox.person(json!({"nickname": "간다"})).await;
    let unlinked = sandbox
        .post("/v1/user/unlink")
        .bearer_auth(&gone_token)
        .send()
        .await
        .unwrap();
    assert_eq!(unlinked.status(), 200);
    let paid = sandbox.approved_payment(9_000).await;
    assert_eq!(
        sandbox
            .pay("cancel", &sandbox.cancel_body(&paid, 4_000, 9_000))
            .await
            .0,
        200
    );
    let approve = sandbox.approve_body(2_000).await;
    sandbox.inner.stop().await;

    let sandbox = TestSandbox::with(settings.clone()).await;
    let (_, me) = sandbox.get_with_token("/v2/user/me", &token).await;
    assert_eq!(me["id"], id);
    assert_eq!(me["kakao_account"]["email"], "o@sandbox.example");
    assert_eq!(
        sandbox.get_with_token("/v2/user/me", &gone_token).await.0,
        401
    );
    let people = sandbox
        .admin(Method::GET, "/sandbox/people", json!({}))
        .await;
    let left = people["people"]
        .as_array()
        .unwrap()
        .iter()
        .find(|person| person["id"] == gone);
    assert_eq!(left.unwrap()["linked"], false);
    let order = sandbox.look_up(&paid).await;
    assert_eq!(order["status"], "PART_CANCEL_PAYMENT");
    assert_eq!(order["cancel_available_amount"]["total"], 5_000);
    assert_eq!(sandbox.pay("approve", &approve).await.0, 200);
    sandbox.inner.stop().await;

    let sandbox = TestSandbox::with(settings).await;
    assert_eq!(
        sandbox.look_up(approve["tid"].as_str().unwrap()).await["status"],
        "SUCCESS_PAYMENT"
    );
    let (fresh, _) = sandbox.person(json!({})).await;
    assert!(fresh != id && fresh != gone);
}

#[tokio::test]
async fn a_payment_keeps_its_merchant() {
    let folder = tempfile::tempdir().unwrap();
    let settings = Settings {
        journal: Some(folder.path().join("sandbox.jsonl")),
        ..Settings::default()
    };
    let sandbox = TestSandbox::with(settings.clone()).await;
    let mut ready = sandbox.ready_body(1_000);
    ready["cid"] = json!("TC0SECOND0");
    let tid = text(&sandbox.pay("ready", &ready).await.1, "tid");
    sandbox.inner.stop().await;

    let sandbox = TestSandbox::with(settings).await;
    let order = json!({"cid": "TC0SECOND0", "tid": tid});
    assert_eq!(sandbox.pay("order", &order).await.1["cid"], "TC0SECOND0");
}

#[tokio::test]
async fn a_reported_charge_is_in_the_journal_before_the_sandbox_stops() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sandbox.jsonl");
    let settings = Settings {
        journal: Some(path.clone()),
        ..Settings::default()
    };
    let sandbox = TestSandbox::with(settings).await;
    let tid = sandbox.approved_payment(1_000).await;
    let lines = std::fs::read_to_string(&path).unwrap();
    let last = lines.lines().rfind(|line| line.contains(&tid)).unwrap();
    assert!(last.contains("SUCCESS_PAYMENT"), "{last}");
}
