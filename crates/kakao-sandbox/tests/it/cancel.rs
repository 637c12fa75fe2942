//! Refunds: whole, in parts, and refused.

use serde_json::{Value, json};

use crate::test_sandbox::Stage;

async fn code(stage: &Stage, body: &Value) -> i64 {
    let (status, answer) = stage.pay("cancel", body).await;
    assert_eq!(status, 400, "{answer}");
    answer["error_code"].as_i64().expect("a code")
}

#[tokio::test]
async fn a_payment_is_refunded_in_parts_until_nothing_is_left() {
    let stage = Stage::open().await;
    let tid = stage.approved(11_000).await;
    let mut request = stage.refund(&tid, 5_500, 11_000);
    request["payload"] = json!("refund-1");
    let (status, first) = stage.pay("cancel", &request).await;
    assert_eq!(status, 200, "{first}");
    assert_eq!(first["status"], "PART_CANCEL_PAYMENT");
    assert_eq!(first["approved_cancel_amount"]["total"], 5_500);
    assert_eq!(first["approved_cancel_amount"]["vat"], 500);
    assert_eq!(first["cancel_available_amount"]["total"], 5_500);

    let (_, second) = stage.pay("cancel", &stage.refund(&tid, 5_500, 5_500)).await;
    assert_eq!(second["status"], "CANCEL_PAYMENT");
    assert_eq!(second["canceled_amount"]["total"], 11_000);
    assert_eq!(second["canceled_amount"]["vat"], 1_000);
    assert_eq!(second["cancel_available_amount"]["total"], 0);
    assert_ne!(first["aid"], second["aid"]);

    let order = stage.look_up(&tid).await;
    assert_eq!(order["status"], "CANCEL_PAYMENT");
    let actions = order["payment_action_details"].as_array().unwrap();
    let kinds: Vec<_> = actions
        .iter()
        .map(|action| &action["payment_action_type"])
        .collect();
    assert_eq!(kinds, ["PAYMENT", "CANCEL", "CANCEL"]);
    assert_eq!(actions[1]["payload"], "refund-1");
    let booked = stage.booked(&tid).await;
    assert_eq!(
        (booked["canceled"].as_i64(), booked["cancels"].as_i64()),
        (Some(11_000), Some(2))
    );
}

#[tokio::test]
async fn a_refund_beyond_what_is_left_is_refused() {
    let stage = Stage::open().await;
    let tid = stage.approved(10_000).await;
    assert_eq!(
        stage
            .pay("cancel", &stage.refund(&tid, 6_000, 10_000))
            .await
            .0,
        200
    );
    assert_eq!(code(&stage, &stage.refund(&tid, 6_000, 4_000)).await, -710);
    assert_eq!(code(&stage, &stage.refund(&tid, 10_001, 4_000)).await, -711);
    assert_eq!(code(&stage, &stage.refund(&tid, 0, 4_000)).await, -722);
    assert_eq!(code(&stage, &stage.refund(&tid, -1_000, 4_000)).await, -722);
    assert_eq!(stage.booked(&tid).await["canceled"], 6_000);
}

#[tokio::test]
async fn a_stale_expectation_refunds_nothing() {
    let stage = Stage::open().await;
    let tid = stage.approved(10_000).await;
    let request = stage.refund(&tid, 3_000, 10_000);
    assert_eq!(stage.pay("cancel", &request).await.0, 200);
    assert_eq!(code(&stage, &request).await, -722);
    assert_eq!(stage.booked(&tid).await["canceled"], 3_000);
}

#[tokio::test]
async fn only_a_paid_payment_can_be_refunded() {
    let stage = Stage::open().await;
    let unpaid = stage.ready(10_000).await;
    assert_eq!(
        code(&stage, &stage.refund(&unpaid, 10_000, 10_000)).await,
        -784
    );
    let paid = stage.approved(10_000).await;
    let request = stage.refund(&paid, 10_000, 10_000);
    assert_eq!(stage.pay("cancel", &request).await.0, 200);
    assert_eq!(code(&stage, &request).await, -784);
    let (_, again) = stage.pay("cancel", &stage.refund(&paid, 10_000, 0)).await;
    assert_eq!(again["error_code"], -784);
}

#[tokio::test]
async fn the_tax_free_part_must_fit() {
    let stage = Stage::open().await;
    let tid = stage.approved(10_000).await;
    let mut request = stage.refund(&tid, 10_000, 10_000);
    request["cancel_tax_free_amount"] = json!(10_000);
    assert_eq!(code(&stage, &request).await, -722);
    assert_eq!(stage.booked(&tid).await["canceled"], 0);
}
