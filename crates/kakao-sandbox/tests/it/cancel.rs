//! Refunds: full, partial and refused.

use serde_json::{Value, json};

use crate::test_sandbox::TestSandbox;

async fn error_code(sandbox: &TestSandbox, body: &Value) -> i64 {
    let (status, answer) = sandbox.pay("cancel", body).await;
    assert_eq!(status, 400, "{answer}");
    answer["error_code"].as_i64().expect("a code")
}

#[tokio::test]
async fn partial_refunds_add_up_to_the_whole_payment() {
    let sandbox = TestSandbox::start().await;
    let tid = sandbox.approved_payment(11_000).await;
    let mut request = sandbox.cancel_body(&tid, 5_500, 11_000);
    request["payload"] = json!("refund-1");
    let (status, first) = sandbox.pay("cancel", &request).await;
    assert_eq!(status, 200, "{first}");
    assert_eq!(first["status"], "PART_CANCEL_PAYMENT");
    assert_eq!(first["approved_cancel_amount"]["total"], 5_500);
    assert_eq!(first["approved_cancel_amount"]["vat"], 500);
    assert_eq!(first["cancel_available_amount"]["total"], 5_500);

    let (_, second) = sandbox
        .pay("cancel", &sandbox.cancel_body(&tid, 5_500, 5_500))
        .await;
    assert_eq!(second["status"], "CANCEL_PAYMENT");
    assert_eq!(second["canceled_amount"]["total"], 11_000);
    assert_eq!(second["canceled_amount"]["vat"], 1_000);
    assert_eq!(second["cancel_available_amount"]["total"], 0);
    assert_ne!(first["aid"], second["aid"]);

    let order = sandbox.look_up(&tid).await;
    assert_eq!(order["status"], "CANCEL_PAYMENT");
    let actions = order["payment_action_details"].as_array().unwrap();
    let kinds: Vec<_> = actions
        .iter()
        .map(|action| &action["payment_action_type"])
        .collect();
    assert_eq!(kinds, ["PAYMENT", "CANCEL", "CANCEL"]);
    assert_eq!(actions[1]["payload"], "refund-1");
    let booked = sandbox.recorded(&tid).await;
    assert_eq!(
        (booked["canceled"].as_i64(), booked["cancels"].as_i64()),
        (Some(11_000), Some(2))
    );
}

#[tokio::test]
async fn a_refund_above_the_remaining_amount_is_refused() {
    let sandbox = TestSandbox::start().await;
    let tid = sandbox.approved_payment(10_000).await;
    assert_eq!(
        sandbox
            .pay("cancel", &sandbox.cancel_body(&tid, 6_000, 10_000))
            .await
            .0,
        200
    );
    assert_eq!(
        error_code(&sandbox, &sandbox.cancel_body(&tid, 6_000, 4_000)).await,
        -710
    );
    assert_eq!(
        error_code(&sandbox, &sandbox.cancel_body(&tid, 10_001, 4_000)).await,
        -711
    );
    assert_eq!(
        error_code(&sandbox, &sandbox.cancel_body(&tid, 0, 4_000)).await,
        -722
    );
    assert_eq!(
        error_code(&sandbox, &sandbox.cancel_body(&tid, -1_000, 4_000)).await,
        -722
    );
    assert_eq!(sandbox.recorded(&tid).await["canceled"], 6_000);
}

#[tokio::test]
async fn a_stale_available_amount_refunds_nothing() {
    let sandbox = TestSandbox::start().await;
    let tid = sandbox.approved_payment(10_000).await;
    let request = sandbox.cancel_body(&tid, 3_000, 10_000);
    assert_eq!(sandbox.pay("cancel", &request).await.0, 200);
    assert_eq!(error_code(&sandbox, &request).await, -722);
    assert_eq!(sandbox.recorded(&tid).await["canceled"], 3_000);
}

#[tokio::test]
async fn only_an_approved_payment_can_be_refunded() {
    let sandbox = TestSandbox::start().await;
    let unpaid = sandbox.ready_payment(10_000).await;
    assert_eq!(
        error_code(&sandbox, &sandbox.cancel_body(&unpaid, 10_000, 10_000)).await,
        -784
    );
    let paid = sandbox.approved_payment(10_000).await;
    let request = sandbox.cancel_body(&paid, 10_000, 10_000);
    assert_eq!(sandbox.pay("cancel", &request).await.0, 200);
    assert_eq!(error_code(&sandbox, &request).await, -784);
    let (_, again) = sandbox
        .pay("cancel", &sandbox.cancel_body(&paid, 10_000, 0))
        .await;
    assert_eq!(again["error_code"], -784);
}

#[tokio::test]
async fn a_tax_free_part_above_the_remaining_one_is_refused() {
    let sandbox = TestSandbox::start().await;
    let tid = sandbox.approved_payment(10_000).await;
    let mut request = sandbox.cancel_body(&tid, 10_000, 10_000);
    request["cancel_tax_free_amount"] = json!(10_000);
    assert_eq!(error_code(&sandbox, &request).await, -722);
    assert_eq!(sandbox.recorded(&tid).await["canceled"], 0);
}
