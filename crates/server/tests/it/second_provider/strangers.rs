//! What belongs to another order, another window or another provider changes nothing.

use reqwest::{Method, StatusCode};

use super::provider::Confirm;
use super::shop::Shop;

#[tokio::test]
async fn the_key_of_another_order_is_not_confirmed() {
    let shop = Shop::open().await;
    let paid = shop.give().await;
    let paid_key = shop.toss.record(&paid).confirmed[0].clone();
    let order = shop.order().await;
    let own = shop.toss.authenticate(&order, 5_000);
    let stray = format!("paymentKey={paid_key}&orderId={order}&amount=5000");
    let text = shop.come_back(&order, &stray).await;
    assert!(text.contains("아직 결제 전이에요"), "{text}");
    assert_eq!(shop.record(&order).await["state"], "ready");
    shop.come_back(&order, &own).await;
    shop.becomes(&order, "attached").await;
    assert_eq!(shop.toss.record(&paid).confirmed.len(), 1);
    assert_eq!(shop.total().await, 10_000);
}

#[tokio::test]
async fn a_return_to_another_order_touches_neither() {
    let shop = Shop::open().await;
    let (one, other) = (shop.order().await, shop.order().await);
    let query = shop.toss.authenticate(&one, 5_000);
    let text = shop.come_back(&other, &query).await;
    assert!(text.contains("아직 결제 전이에요"), "{text}");
    shop.come_back(&one, &query).await;
    shop.becomes(&one, "attached").await;
    assert_eq!(shop.record(&other).await["state"], "ready");
}

#[tokio::test]
async fn a_second_window_waits_for_the_first_and_is_never_confirmed() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let first = shop.toss.authenticate(&order, 5_000);
    let second = shop.toss.authenticate(&order, 5_000);
    shop.toss.script_confirm(Confirm::Dropped);
    for query in [&first, &second] {
        let text = shop.come_back(&order, query).await;
        assert!(text.contains("결제를 확인하고 있어요"), "{text}");
    }
    assert!(shop.toss.record(&order).confirmed.is_empty());
    shop.come_back(&order, &first).await;
    shop.becomes(&order, "attached").await;
    shop.come_back(&order, &second).await;
    assert_eq!(shop.toss.record(&order).confirmed, ["tgen_1"]);
    assert_eq!(shop.total().await, 5_000);
}

#[tokio::test]
async fn a_proof_of_kakaopay_is_not_tried_with_an_order_elsewhere() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let fields = [("pg_token", "0f343b0931126a20f133")];
    let answer = shop
        .friend
        .form(Method::POST, "/remit/kakaopay/approve", &fields)
        .await;
    assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{answer:?}");
    assert_eq!(shop.record(&order).await["state"], "ready");
}
