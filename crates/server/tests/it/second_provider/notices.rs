//! Messages from the provider make us look, and do nothing else.

use reqwest::{Method, StatusCode};
use serde_json::json;

use super::provider::Confirm;
use super::shop::Shop;
use crate::app::eventually;
use crate::payer::support_body;

#[tokio::test]
async fn a_notice_does_not_refund_a_payment_that_waits_for_its_support() {
    let shop = Shop::open().await;
    let order = shop.order_of(json!({ "amount": 5_000 })).await;
    let query = shop.toss.authenticate(&order, 5_000);
    shop.come_back(&order, &query).await;
    assert_eq!(shop.record(&order).await["state"], "approved");
    // Unclear, and so looked up together with what was captured.
    let witness = shop.order().await;
    let query = shop.toss.authenticate(&witness, 5_000);
    shop.toss.script_confirm(Confirm::Dropped);
    shop.come_back(&witness, &query).await;
    for seconds in [60, 120] {
        shop.notify("toss", &order, false).await;
        let before = shop.toss.record(&witness).look_ups;
        shop.move_clock(seconds).await;
        eventually("swept", async || {
            shop.toss.record(&witness).look_ups > before
        })
        .await;
    }
    assert_eq!(shop.record(&order).await["state"], "approved");
    let support = support_body(&shop.funding, 5_000, "축하해");
    let given = shop.friend.json(Method::POST, "/remit/", support).await;
    assert_eq!(given.status, StatusCode::CREATED, "{given:?}");
    shop.becomes(&order, "attached").await;
}
