//! Fault switches: what the client sees, and what happened in truth.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::test_sandbox::{Stage, text};

#[tokio::test]
async fn a_lost_approve_has_charged() {
    let stage = Stage::open().await;
    let approve = stage.authenticated(4_000).await;
    let tid = text(&approve, "tid");
    stage
        .fault(json!({"scope": {"tid": tid}, "call": "approve", "fault": "lost", "times": 1}))
        .await;
    assert!(stage.pay_call("approve", &approve).send().await.is_err());
    assert_eq!(stage.look_up(&tid).await["status"], "SUCCESS_PAYMENT");
    let (_, again) = stage.pay("approve", &approve).await;
    assert_eq!(again["error_code"], -702);
    assert_eq!(stage.booked(&tid).await["approvals"], 1);
}

#[tokio::test]
async fn a_dropped_approve_has_not_charged() {
    let stage = Stage::open().await;
    let approve = stage.authenticated(4_000).await;
    stage
        .fault(json!({"scope": "global", "call": "approve", "fault": "drop", "times": 1}))
        .await;
    assert!(stage.pay_call("approve", &approve).send().await.is_err());
    assert_eq!(stage.booked(&text(&approve, "tid")).await["approvals"], 0);
    assert_eq!(stage.pay("approve", &approve).await.0, 200);
}

#[tokio::test]
async fn a_lost_cancel_has_refunded() {
    let stage = Stage::open().await;
    let tid = stage.approved(4_000).await;
    stage
        .fault(json!({"scope": "global", "call": "cancel", "fault": "lost", "times": 1}))
        .await;
    assert!(
        stage
            .pay_call("cancel", &stage.refund(&tid, 4_000, 4_000))
            .send()
            .await
            .is_err()
    );
    assert_eq!(stage.look_up(&tid).await["canceled_amount"]["total"], 4_000);
}

#[tokio::test]
async fn a_locked_user_was_charged_and_a_declined_one_was_not() {
    let stage = Stage::open().await;
    for (fault, result, status, approvals) in [
        ("user_locked", "USER_LOCKED", "SUCCESS_PAYMENT", 1),
        ("declined", "LIMIT_EXCEEDED", "FAIL_PAYMENT", 0),
    ] {
        let approve = stage.authenticated(4_000).await;
        let tid = text(&approve, "tid");
        stage
            .fault(json!({"scope": {"user": "usr-1"}, "call": "approve", "fault": fault}))
            .await;
        let (http, answer) = stage.pay("approve", &approve).await;
        assert_eq!((http, answer["error_code"].as_i64()), (400, Some(-780)));
        assert_eq!(answer["error_message"], "approval failure!");
        assert_eq!(answer["extras"]["method_result_code"], result);
        assert_eq!(stage.look_up(&tid).await["status"], status);
        assert_eq!(stage.booked(&tid).await["approvals"], approvals);
    }
}

#[tokio::test]
async fn server_errors_say_nothing_about_the_charge() {
    let stage = Stage::open().await;
    for (fault, status, approvals) in [
        ("http_500", 500, 0),
        ("http_503", 503, 0),
        ("http_500_done", 500, 1),
    ] {
        let approve = stage.authenticated(4_000).await;
        stage
            .fault(json!({"scope": "global", "call": "approve", "fault": fault}))
            .await;
        assert_eq!(stage.pay("approve", &approve).await.0, status, "{fault}");
        assert_eq!(
            stage.booked(&text(&approve, "tid")).await["approvals"],
            approvals,
            "{fault}"
        );
    }
}

#[tokio::test]
async fn broken_and_false_answers_come_with_status_200() {
    let stage = Stage::open().await;
    let approve = stage.authenticated(4_000).await;
    let tid = text(&approve, "tid");
    let fault = |call: &str, name: &str| json!({"scope": "global", "call": call, "fault": name});
    stage.fault(fault("approve", "malformed_json")).await;
    let answer = stage.pay_call("approve", &approve).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.json::<serde_json::Value>().await.is_err());

    stage.fault(fault("order", "unknown_status")).await;
    assert_eq!(stage.look_up(&tid).await["status"], "HELD_FOR_REVIEW");
    stage.fault(fault("order", "wrong_amount")).await;
    assert_eq!(stage.look_up(&tid).await["amount"]["total"], 5_000);
    stage
        .http
        .delete(stage.url("/sandbox/faults"))
        .send()
        .await
        .unwrap();
    assert_eq!(stage.look_up(&tid).await["amount"]["total"], 4_000);
}

#[tokio::test]
async fn a_second_call_while_the_first_is_answered_is_a_duplicate() {
    let stage = Stage::open().await;
    let approve = stage.authenticated(4_000).await;
    let tid = text(&approve, "tid");
    stage
        .fault(
            json!({"scope": {"tid": tid}, "call": "approve", "fault": "delay",
            "delay_ms": 60_000, "times": 1}),
        )
        .await;
    let slow = stage.pay_call("approve", &approve);
    let first = tokio::spawn(slow.send());
    while stage.booked(&tid).await["approvals"] != 1 {
        tokio::task::yield_now().await;
    }
    let (_, second) = stage.pay("approve", &approve).await;
    assert_eq!(second["error_code"], -785);
    let (_, refund) = stage.pay("cancel", &stage.refund(&tid, 4_000, 4_000)).await;
    assert_eq!(refund["error_code"], -785);
    // The client gives up: its call no longer blocks the next one.
    first.abort();
    loop {
        let (_, third) = stage.pay("approve", &approve).await;
        if third["error_code"] == -702 {
            break;
        }
        assert_eq!(third["error_code"], -785);
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_delayed_answer_arrives_late_and_whole() {
    let stage = Stage::open().await;
    let approve = stage.authenticated(4_000).await;
    stage
        .fault(json!({"scope": "global", "call": "approve", "fault": "delay", "delay_ms": 80}))
        .await;
    let begun = std::time::Instant::now();
    assert_eq!(stage.pay("approve", &approve).await.0, 200);
    assert!(begun.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn a_hanging_call_never_answers_and_does_nothing() {
    let stage = Stage::open().await;
    let approve = stage.authenticated(4_000).await;
    stage
        .fault(json!({"scope": "global", "call": "approve", "fault": "hang"}))
        .await;
    let call = stage
        .pay_call("approve", &approve)
        .timeout(Duration::from_millis(100));
    assert!(call.send().await.unwrap_err().is_timeout());
    assert_eq!(stage.booked(&text(&approve, "tid")).await["approvals"], 0);
}

#[tokio::test]
async fn login_calls_fail_too() {
    let stage = Stage::open().await;
    let (id, token) = stage.person(json!({"nickname": "가나"})).await;
    let rule = json!({"scope": {"user": id.to_string()}, "call": "user_me", "fault": "http_500"});
    stage.fault(rule).await;
    assert_eq!(stage.with_token("/v2/user/me", &token).await.0, 500);
    assert_eq!(
        stage
            .with_token("/v1/user/access_token_info", &token)
            .await
            .0,
        200
    );
    let (_, other) = stage.person(json!({"nickname": "다라"})).await;
    assert_eq!(stage.with_token("/v2/user/me", &other).await.0, 200);
}

#[tokio::test]
async fn one_rule_is_removed_by_null_and_a_bad_one_is_refused() {
    let stage = Stage::open().await;
    stage
        .fault(json!({"scope": "global", "call": "order", "fault": "http_500"}))
        .await;
    stage
        .fault(json!({"scope": "global", "call": "order", "fault": null}))
        .await;
    let rules = stage.admin(Method::GET, "/sandbox/faults", json!({})).await;
    assert_eq!(rules["faults"], json!([]));
    for bad in [
        json!({"fault": "explode"}),
        json!({"fault": "lost", "call": "fly"}),
        json!({"x": 1}),
    ] {
        let sent = stage
            .http
            .put(stage.url("/sandbox/faults"))
            .json(&bad)
            .send()
            .await
            .unwrap();
        assert_eq!(sent.status(), 400, "{bad}");
    }
}
