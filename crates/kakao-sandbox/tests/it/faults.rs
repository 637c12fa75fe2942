//! Fault injection: what the client sees, and what actually happened.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::test_sandbox::{TestSandbox, text};

#[tokio::test]
async fn an_approve_whose_response_is_lost_has_charged() {
    let sandbox = TestSandbox::start().await;
    let approve = sandbox.approve_body(4_000).await;
    let tid = text(&approve, "tid");
    sandbox
        .set_fault(json!({"scope": {"tid": tid}, "call": "approve", "fault": "lost", "times": 1}))
        .await;
    assert!(sandbox.pay_call("approve", &approve).send().await.is_err());
    assert_eq!(sandbox.look_up(&tid).await["status"], "SUCCESS_PAYMENT");
    let (_, again) = sandbox.pay("approve", &approve).await;
    assert_eq!(again["error_code"], -702);
    assert_eq!(sandbox.recorded(&tid).await["approvals"], 1);
}

#[tokio::test]
async fn an_approve_that_is_dropped_has_not_charged() {
    let sandbox = TestSandbox::start().await;
    let approve = sandbox.approve_body(4_000).await;
    sandbox
        .set_fault(json!({"scope": "global", "call": "approve", "fault": "drop", "times": 1}))
        .await;
    assert!(sandbox.pay_call("approve", &approve).send().await.is_err());
    assert_eq!(
        sandbox.recorded(&text(&approve, "tid")).await["approvals"],
        0
    );
    assert_eq!(sandbox.pay("approve", &approve).await.0, 200);
}

#[tokio::test]
async fn a_cancel_whose_response_is_lost_has_refunded() {
    let sandbox = TestSandbox::start().await;
    let tid = sandbox.approved_payment(4_000).await;
    sandbox
        .set_fault(json!({"scope": "global", "call": "cancel", "fault": "lost", "times": 1}))
        .await;
    assert!(
        sandbox
            .pay_call("cancel", &sandbox.cancel_body(&tid, 4_000, 4_000))
            .send()
            .await
            .is_err()
    );
    assert_eq!(
        sandbox.look_up(&tid).await["canceled_amount"]["total"],
        4_000
    );
}

#[tokio::test]
async fn a_cancel_that_is_refused_has_not_refunded() {
    let sandbox = TestSandbox::start().await;
    for (fault, code) in [("declined", -781), ("refused_for_good", -711)] {
        let tid = sandbox.approved_payment(4_000).await;
        sandbox
            .set_fault(json!({"scope": {"tid": tid}, "call": "cancel", "fault": fault}))
            .await;
        let cancel = sandbox.cancel_body(&tid, 4_000, 4_000);
        let (http, answer) = sandbox.pay("cancel", &cancel).await;
        assert_eq!((http, answer["error_code"].as_i64()), (400, Some(code)));
        assert_eq!(sandbox.look_up(&tid).await["status"], "SUCCESS_PAYMENT");
        assert_eq!(sandbox.recorded(&tid).await["canceled"], 0);
    }
}

#[tokio::test]
async fn user_locked_has_charged_and_declined_has_not() {
    let sandbox = TestSandbox::start().await;
    for (fault, result, status, approvals) in [
        ("user_locked", "USER_LOCKED", "SUCCESS_PAYMENT", 1),
        ("declined", "LIMIT_EXCEEDED", "FAIL_PAYMENT", 0),
    ] {
        let approve = sandbox.approve_body(4_000).await;
        let tid = text(&approve, "tid");
        sandbox
            .set_fault(json!({"scope": {"user": "usr-1"}, "call": "approve", "fault": fault}))
            .await;
        let (http, answer) = sandbox.pay("approve", &approve).await;
        assert_eq!((http, answer["error_code"].as_i64()), (400, Some(-780)));
        assert_eq!(answer["error_message"], "approval failure!");
        assert_eq!(answer["extras"]["method_result_code"], result);
        assert_eq!(sandbox.look_up(&tid).await["status"], status);
        assert_eq!(sandbox.recorded(&tid).await["approvals"], approvals);
    }
}

#[tokio::test]
async fn a_server_error_leaves_the_charge_unknown() {
    let sandbox = TestSandbox::start().await;
    for (fault, status, approvals) in [
        ("http_500", 500, 0),
        ("http_503", 503, 0),
        ("http_500_done", 500, 1),
    ] {
        let approve = sandbox.approve_body(4_000).await;
        sandbox
            .set_fault(json!({"scope": "global", "call": "approve", "fault": fault}))
            .await;
        assert_eq!(sandbox.pay("approve", &approve).await.0, status, "{fault}");
        assert_eq!(
            sandbox.recorded(&text(&approve, "tid")).await["approvals"],
            approvals,
            "{fault}"
        );
    }
}

#[tokio::test]
async fn malformed_and_wrong_responses_have_status_200() {
    let sandbox = TestSandbox::start().await;
    let approve = sandbox.approve_body(4_000).await;
    let tid = text(&approve, "tid");
    let fault = |call: &str, name: &str| json!({"scope": "global", "call": call, "fault": name});
    sandbox.set_fault(fault("approve", "malformed_json")).await;
    let answer = sandbox.pay_call("approve", &approve).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.json::<serde_json::Value>().await.is_err());

    sandbox.set_fault(fault("order", "unknown_status")).await;
    assert_eq!(sandbox.look_up(&tid).await["status"], "HELD_FOR_REVIEW");
    sandbox.set_fault(fault("order", "wrong_amount")).await;
    assert_eq!(sandbox.look_up(&tid).await["amount"]["total"], 5_000);
    sandbox
        .http
        .delete(sandbox.url("/sandbox/faults"))
        .send()
        .await
        .unwrap();
    assert_eq!(sandbox.look_up(&tid).await["amount"]["total"], 4_000);
}

#[tokio::test]
async fn a_look_up_may_lack_what_a_client_compares() {
    let sandbox = TestSandbox::start().await;
    let tid = sandbox.approved_payment(4_000).await;
    let whole = sandbox.look_up(&tid).await;
    for (fault, missing) in [
        ("missing_amount", vec!["amount"]),
        ("missing_canceled", vec!["canceled_amount"]),
        ("missing_ids", vec!["partner_order_id", "partner_user_id"]),
    ] {
        let mut expected = whole.clone();
        for field in missing {
            assert!(expected.as_object_mut().unwrap().remove(field).is_some());
        }
        sandbox
            .set_fault(json!({"scope": {"tid": tid}, "call": "order", "fault": fault, "times": 1}))
            .await;
        assert_eq!(sandbox.look_up(&tid).await, expected, "{fault}");
    }
    assert_eq!(sandbox.look_up(&tid).await, whole);
}

#[tokio::test]
async fn a_second_call_while_the_first_is_in_flight_is_a_duplicate() {
    let sandbox = TestSandbox::start().await;
    let approve = sandbox.approve_body(4_000).await;
    let tid = text(&approve, "tid");
    sandbox
        .set_fault(
            json!({"scope": {"tid": tid}, "call": "approve", "fault": "delay",
            "delay_ms": 60_000, "times": 1}),
        )
        .await;
    let slow = sandbox.pay_call("approve", &approve);
    let first = tokio::spawn(slow.send());
    while sandbox.recorded(&tid).await["approvals"] != 1 {
        tokio::task::yield_now().await;
    }
    let (_, second) = sandbox.pay("approve", &approve).await;
    assert_eq!(second["error_code"], -785);
    let (_, refund) = sandbox
        .pay("cancel", &sandbox.cancel_body(&tid, 4_000, 4_000))
        .await;
    assert_eq!(refund["error_code"], -785);
    // Once the client disconnects, its call no longer blocks the next one.
    first.abort();
    loop {
        let (_, third) = sandbox.pay("approve", &approve).await;
        if third["error_code"] == -702 {
            break;
        }
        assert_eq!(third["error_code"], -785);
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn a_delayed_response_arrives_late_and_complete() {
    let sandbox = TestSandbox::start().await;
    let approve = sandbox.approve_body(4_000).await;
    sandbox
        .set_fault(json!({"scope": "global", "call": "approve", "fault": "delay", "delay_ms": 80}))
        .await;
    let started = std::time::Instant::now();
    assert_eq!(sandbox.pay("approve", &approve).await.0, 200);
    assert!(started.elapsed() >= Duration::from_millis(80));
}

#[tokio::test]
async fn a_hanging_call_never_responds_and_has_no_effect() {
    let sandbox = TestSandbox::start().await;
    let approve = sandbox.approve_body(4_000).await;
    sandbox
        .set_fault(json!({"scope": "global", "call": "approve", "fault": "hang"}))
        .await;
    let call = sandbox
        .pay_call("approve", &approve)
        .timeout(Duration::from_millis(100));
    assert!(call.send().await.unwrap_err().is_timeout());
    assert_eq!(
        sandbox.recorded(&text(&approve, "tid")).await["approvals"],
        0
    );
}

#[tokio::test]
async fn a_user_scope_applies_to_login_calls() {
    let sandbox = TestSandbox::start().await;
    let (id, token) = sandbox.person(json!({"nickname": "가나"})).await;
    let rule = json!({"scope": {"user": id.to_string()}, "call": "user_me", "fault": "http_500"});
    sandbox.set_fault(rule).await;
    assert_eq!(sandbox.get_with_token("/v2/user/me", &token).await.0, 500);
    assert_eq!(
        sandbox
            .get_with_token("/v1/user/access_token_info", &token)
            .await
            .0,
        200
    );
    let (_, other) = sandbox.person(json!({"nickname": "다라"})).await;
    assert_eq!(sandbox.get_with_token("/v2/user/me", &other).await.0, 200);
}

#[tokio::test]
async fn null_removes_a_rule_and_an_invalid_rule_is_refused() {
    let sandbox = TestSandbox::start().await;
    sandbox
        .set_fault(json!({"scope": "global", "call": "order", "fault": "http_500"}))
        .await;
    sandbox
        .set_fault(json!({"scope": "global", "call": "order", "fault": null}))
        .await;
    let rules = sandbox
        .admin(Method::GET, "/sandbox/faults", json!({}))
        .await;
    assert_eq!(rules["faults"], json!([]));
    for bad in [
        json!({"fault": "explode"}),
        json!({"fault": "lost", "call": "fly"}),
        json!({"x": 1}),
    ] {
        let sent = sandbox
            .http
            .put(sandbox.url("/sandbox/faults"))
            .json(&bad)
            .send()
            .await
            .unwrap();
        assert_eq!(sent.status(), 400, "{bad}");
    }
}
