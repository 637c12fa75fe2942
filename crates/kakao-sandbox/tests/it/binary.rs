//! The program: its URL on standard output, fault rules on the command line, and the state that
//! survives a kill.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use crate::test_sandbox::browser;

const KEY: &str = "SECRET_KEY DEV5A4D0B0C27182818284590452353602874";

/// Starts the program and returns it with its URL.
async fn start_program(journal: &Path, more: &[&str]) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_kakao-sandbox"))
        .args(["--bind", "127.0.0.1:0", "--journal"])
        .arg(journal)
        .args(more)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("the program");
    let output = child.stdout.take().expect("a pipe");
    let line = BufReader::new(output)
        .lines()
        .next_line()
        .await
        .expect("output");
    (child, line.expect("an address"))
}

async fn pay(base: &str, call: &str, body: &Value) -> Option<Value> {
    let url = format!("{base}/online/v1/payment/{call}");
    let sent = browser()
        .post(url)
        .header("Authorization", KEY)
        .json(body)
        .send()
        .await
        .ok()?;
    sent.json().await.ok()
}

/// Makes one payment up to the response of approve; `None` when the program was killed meanwhile.
async fn charge(base: String, order: usize) -> Option<String> {
    let order = format!("ord-{order}");
    let ready = json!({"cid": "TC0ONETIME", "partner_order_id": order, "partner_user_id": "u",
        "item_name": "선물", "quantity": 1, "total_amount": 1_000, "tax_free_amount": 0,
        "approval_url": "http://127.0.0.1:9/a", "cancel_url": "http://127.0.0.1:9/c",
        "fail_url": "http://127.0.0.1:9/f"});
    let tid = pay(&base, "ready", &ready).await?["tid"]
        .as_str()?
        .to_owned();
    let response = browser()
        .post(format!("{base}/sandbox/payments/{tid}/pay"))
        .send()
        .await
        .ok()?;
    let submitted: Value = response.json().await.ok()?;
    let (_, token) = submitted["location"].as_str()?.split_once("pg_token=")?;
    let approve = json!({"cid": "TC0ONETIME", "tid": tid, "partner_order_id": order,
        "partner_user_id": "u", "pg_token": token, "total_amount": 1_000});
    let approved = pay(&base, "approve", &approve).await?;
    (approved["tid"] == tid).then_some(tid)
}

#[tokio::test]
async fn every_charge_that_was_reported_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("sandbox.jsonl");
    let (mut child, base) = start_program(&journal, &[]).await;
    let mut charges = JoinSet::new();
    for order in 0..60 {
        charges.spawn(charge(base.clone(), order));
    }
    let mut charged = Vec::new();
    while let Some(done) = charges.join_next().await {
        charged.extend(done.unwrap());
        if charged.len() == 20 && child.id().is_some() {
            child.kill().await.unwrap();
        }
    }
    assert!(charged.len() >= 20);

    let (_child, base) = start_program(&journal, &[]).await;
    for tid in &charged {
        let body = json!({"cid": "TC0ONETIME", "tid": tid});
        let order = pay(&base, "order", &body).await.unwrap();
        assert_eq!(order["status"], "SUCCESS_PAYMENT");
    }
}

#[tokio::test]
async fn faults_can_be_given_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("sandbox.jsonl");
    let (_child, base) = start_program(&journal, &["--fault", "ready:http_503:times=1"]).await;
    assert_eq!(charge(base.clone(), 1).await, None);
    assert!(charge(base, 2).await.is_some());
}

#[tokio::test]
async fn further_merchants_can_be_given_on_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let journal = folder.path().join("sandbox.jsonl");
    let (_child, base) = start_program(&journal, &["--other-cid", "TC0THIRD00"]).await;
    for (cid, code) in [("TC0THIRD00", -721), ("TC0SECOND0", -731)] {
        let body = json!({"cid": cid, "tid": "T0"});
        let answer = pay(&base, "order", &body).await.unwrap();
        assert_eq!(answer["error_code"], code, "{cid}");
    }
}

#[tokio::test]
async fn a_key_that_looks_live_is_refused_at_start() {
    let started = Command::new(env!("CARGO_BIN_EXE_kakao-sandbox"))
        .args(["--bind", "127.0.0.1:0", "--pay-secret-key", "PRD0"])
        .output()
        .await
        .unwrap();
    assert!(!started.status.success());
    assert!(!String::from_utf8_lossy(&started.stderr).contains("PRD0"));
}
