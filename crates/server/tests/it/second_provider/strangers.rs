//! What belongs to another order, another window or another provider changes nothing.

use super::provider::Confirm;
use super::shop::Shop;

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
