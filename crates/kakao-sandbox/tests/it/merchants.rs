//! Several merchants under one key: a payment belongs to the one it was prepared for.

use kakao_sandbox::Settings;
use serde_json::{Value, json};

use crate::test_sandbox::{TestSandbox, text};

const SECOND: &str = "TC0SECOND0";

fn of(cid: &str, mut body: Value) -> Value {
    body["cid"] = json!(cid);
    body
}

#[tokio::test]
async fn every_response_has_the_code_that_the_payment_was_prepared_with() {
    let sandbox = TestSandbox::start().await;
    for cid in ["TC0ONETIME", SECOND] {
        let ready = of(cid, sandbox.ready_body(5_000));
        let approve = sandbox.approve_body_of(&ready).await;
        let tid = text(&approve, "tid");
        let order = json!({"cid": cid, "tid": tid});
        let cancel = of(cid, sandbox.cancel_body(&tid, 5_000, 5_000));
        for (call, body) in [("approve", approve), ("order", order), ("cancel", cancel)] {
            let (status, answer) = sandbox.pay(call, &body).await;
            assert_eq!(status, 200, "{answer}");
            assert_eq!(answer["cid"], cid, "{call}");
        }
        assert_eq!(sandbox.recorded(&tid).await["cid"], cid);
    }
}

#[tokio::test]
async fn a_payment_of_another_merchant_is_an_unknown_tid() {
    let sandbox = TestSandbox::start().await;
    let refused = async |call: &str, body: Value| {
        let (status, answer) = sandbox.pay(call, &body).await;
        assert_eq!(
            (status, answer["error_code"].as_i64()),
            (400, Some(-721)),
            "{call}"
        );
    };
    for (own, other) in [("TC0ONETIME", SECOND), (SECOND, "TC0ONETIME")] {
        let ready = of(own, sandbox.ready_body(5_000));
        let approve = sandbox.approve_body_of(&ready).await;
        let tid = text(&approve, "tid");
        refused("order", json!({"cid": other, "tid": tid})).await;
        refused("approve", of(other, approve.clone())).await;
        assert_eq!(sandbox.recorded(&tid).await["approvals"], 0);

        assert_eq!(sandbox.pay("approve", &approve).await.0, 200);
        let cancel = of(other, sandbox.cancel_body(&tid, 5_000, 5_000));
        refused("cancel", cancel).await;
        assert_eq!(sandbox.recorded(&tid).await["canceled"], 0);
    }
}

#[tokio::test]
async fn a_code_that_is_not_configured_is_refused() {
    let settings = Settings {
        other_cids: vec!["TC0THIRD00".into()],
        ..Settings::default()
    };
    let sandbox = TestSandbox::with(settings).await;
    let third = of("TC0THIRD00", sandbox.ready_body(5_000));
    assert_eq!(sandbox.pay("ready", &third).await.0, 200);
    let (_, answer) = sandbox
        .pay("ready", &of(SECOND, sandbox.ready_body(5_000)))
        .await;
    assert_eq!(answer["error_code"], -731);
}
