//! Refunds: full, partial and refused.

use serde_json::{Value, json};

use crate::test_sandbox::{TestSandbox, text};

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

/// Creates an approved payment of which `tax_free` won are tax-free; returns its tid.
async fn approved_with_tax_free(sandbox: &TestSandbox, total: i64, tax_free: i64) -> String {
    let mut ready = sandbox.ready_body(total);
    ready["tax_free_amount"] = json!(tax_free);
    let approve = sandbox.approve_body_of(&ready).await;
    let (status, approved) = sandbox.pay("approve", &approve).await;
    assert_eq!(status, 200, "{approved}");
    assert_eq!(approved["amount"]["tax_free"], tax_free);
    text(&approve, "tid")
}

/// A cancel of `[total, tax-free part, refundable before it]`.
fn tax_free_cancel(sandbox: &TestSandbox, tid: &str, amounts: [i64; 3]) -> Value {
    let [total, tax_free, left] = amounts;
    let mut request = sandbox.cancel_body(tid, total, left);
    request["cancel_tax_free_amount"] = json!(tax_free);
    request
}

#[tokio::test]
async fn a_tax_free_payment_is_refunded_in_tax_free_steps() {
    let sandbox = TestSandbox::start().await;
    let tid = approved_with_tax_free(&sandbox, 10_000, 10_000).await;
    let order = sandbox.look_up(&tid).await;
    assert_eq!(order["amount"]["vat"], 0);
    assert_eq!(order["cancel_available_amount"]["tax_free"], 10_000);
    let mut left = 10_000;
    for part in [3_000, 1, 6_999] {
        let taxed = tax_free_cancel(&sandbox, &tid, [part, part - 1, left]);
        assert_eq!(error_code(&sandbox, &taxed).await, -722);
        let request = tax_free_cancel(&sandbox, &tid, [part, part, left]);
        let (status, refund) = sandbox.pay("cancel", &request).await;
        assert_eq!(status, 200, "{refund}");
        left -= part;
        assert_eq!(refund["approved_cancel_amount"]["tax_free"], part);
        assert_eq!(refund["approved_cancel_amount"]["vat"], 0);
        assert_eq!(refund["canceled_amount"]["tax_free"], 10_000 - left);
        assert_eq!(refund["cancel_available_amount"]["tax_free"], left);
    }
    assert_eq!(sandbox.look_up(&tid).await["status"], "CANCEL_PAYMENT");
}

#[tokio::test]
async fn neither_part_of_a_partly_taxed_payment_is_refunded_from_the_other() {
    let sandbox = TestSandbox::start().await;
    let tid = approved_with_tax_free(&sandbox, 10_000, 4_500).await;
    for [total, tax_free] in [
        [5_501, 0],
        [4_501, 4_501],
        [3_000, 3_001],
        [10_000, 0],
        [10_000, 4_499],
    ] {
        let request = tax_free_cancel(&sandbox, &tid, [total, tax_free, 10_000]);
        assert_eq!(error_code(&sandbox, &request).await, -722, "{request}");
    }
    let taxed = tax_free_cancel(&sandbox, &tid, [5_500, 0, 10_000]);
    let (_, refund) = sandbox.pay("cancel", &taxed).await;
    assert_eq!(refund["approved_cancel_amount"]["vat"], 500);
    assert_eq!(refund["cancel_available_amount"]["vat"], 0);
    let rest = tax_free_cancel(&sandbox, &tid, [4_500, 4_500, 4_500]);
    let (_, refund) = sandbox.pay("cancel", &rest).await;
    assert_eq!(refund["status"], "CANCEL_PAYMENT");
    assert_eq!(refund["canceled_amount"]["tax_free"], 4_500);
}
