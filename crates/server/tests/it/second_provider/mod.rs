//! A second provider, which behaves like Toss Payments: what `PaymentGateway` can say beyond what KakaoPay needs.

mod deposits;
mod interleavings;
mod money_back;
mod notices;
mod provider;
mod shop;
mod strangers;
mod toss;
mod two_accounts;

use std::time::Instant;

use funsun_domain::time::Timestamp;
use futures_util::future::join_all;
use reqwest::{Method, StatusCode};

use self::provider::{Confirm, Refunds, Status};
use self::shop::Shop;
use crate::app::{eventually, system_time};
use crate::payer::support_body;

const HOUR: i64 = 3_600;

/// This many seconds from now, by the system's clock.
fn in_seconds(seconds: i64) -> Timestamp {
    system_time().plus_seconds(seconds)
}

#[tokio::test]
async fn the_reference_arrives_with_the_redirect() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let go = shop.get(&format!("/payments/{order}/go")).await;
    let refresh = go.headers["refresh"].to_str().unwrap();
    assert_eq!(refresh, format!("0; url=/toss/{order}"), "a page of ours");
    let query = shop.toss.authenticate(&order, 5_000);
    let text = shop.come_back(&order, &query).await;
    assert!(text.contains("후원이 전해졌어요"), "{text}");
    shop.come_back(&order, &query).await;
    assert_eq!(shop.toss.record(&order).confirmed, ["tgen_1"], "once");
    assert_eq!(shop.total().await, 5_000);
}

#[tokio::test]
async fn an_app_gets_the_whole_address_of_our_page() {
    let shop = Shop::open().await;
    let support = support_body(&shop.funding, 5_000, "축하해");
    let ready = shop
        .friend
        .json(Method::POST, "/remit/kakaopay/ready", support)
        .await
        .json();
    let page = format!("{}/toss/{}", shop.url, ready["order"].as_str().unwrap());
    for device in ["url", "mobile_url", "pc_url"] {
        assert_eq!(ready[device], page);
    }
}

#[tokio::test]
async fn the_amount_in_the_query_is_compared_and_never_used() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let query = shop.toss.authenticate(&order, 5_000);
    let cheap = query.replace("5000", "1000");
    shop.come_back(&order, &cheap).await;
    assert!(shop.toss.record(&order).confirmed.is_empty());
    assert_eq!(shop.record(&order).await["state"], "ready");
    shop.come_back(&order, &query).await;
    shop.becomes(&order, "attached").await;
}

#[tokio::test]
async fn a_second_window_of_the_payer_is_not_confirmed() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let first = shop.toss.authenticate(&order, 5_000);
    let second = shop.toss.authenticate(&order, 5_000);
    shop.toss.script_confirm(Confirm::Lost);
    shop.toss.set_status(&order, Status::InProgress);
    let (one, two) = tokio::join!(
        shop.come_back(&order, &first),
        shop.come_back(&order, &second)
    );
    drop((one, two));
    shop.becomes(&order, "attached").await;
    assert_eq!(shop.toss.record(&order).confirmed.len(), 1);
    assert_eq!(shop.total().await, 5_000);
}

#[tokio::test]
async fn a_lost_answer_is_looked_up_by_our_order() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let query = shop.toss.authenticate(&order, 5_000);
    shop.toss.script_confirm(Confirm::Lost);
    let text = shop.come_back(&order, &query).await;
    assert!(text.contains("후원이 전해졌어요"), "{text}");
    assert_eq!(shop.toss.record(&order).confirmed.len(), 1);
}

/// As after a restored backup: we don't know that the payer came back.
#[tokio::test]
async fn money_that_is_found_by_our_order_can_be_refunded() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    shop.toss.authenticate(&order, 5_000);
    shop.toss.capture(&order);
    shop.move_clock(HOUR).await;
    shop.becomes(&order, "attached").await;
    assert_eq!(shop.total().await, 5_000);
    shop.delete_funding().await;
    shop.becomes(&order, "refunded").await;
    assert_eq!(shop.total_refunded(&order), 5_000);
}

#[tokio::test]
async fn an_order_expires_by_its_own_time() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    shop.move_clock(1_700).await;
    assert_eq!(shop.record(&order).await["state"], "ready");
    assert_eq!(shop.toss.vain_look_ups(&order), 0);
    shop.move_clock(1_801).await;
    shop.becomes(&order, "expired").await;
    assert_eq!(shop.toss.vain_look_ups(&order), 1);
}

#[tokio::test]
async fn an_order_that_has_expired_at_the_provider_is_expired() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let query = shop.toss.authenticate(&order, 5_000);
    shop.toss.set_status(&order, Status::Expired);
    let text = shop.come_back(&order, &query).await;
    assert!(text.contains("결제 시간이 지났어요"), "{text}");
    assert_eq!(shop.record(&order).await["state"], "expired");
}

#[tokio::test]
async fn an_unknown_word_never_ends_a_payment() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let query = shop.toss.authenticate(&order, 5_000);
    shop.toss.set_status(&order, Status::Odd);
    let before = shop.toss.record(&order).look_ups;
    shop.move_clock(2 * HOUR).await;
    eventually("looked up", async || {
        shop.toss.record(&order).look_ups > before
    })
    .await;
    assert_eq!(shop.record(&order).await["state"], "ready");
    shop.toss.set_status(&order, Status::InProgress);
    shop.come_back(&order, &query).await;
    shop.becomes(&order, "attached").await;
}

#[tokio::test]
async fn a_deposit_arrives_later() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let query = shop.toss.authenticate(&order, 5_000);
    shop.toss
        .script_confirm(Confirm::Deposit(in_seconds(48 * HOUR)));
    let text = shop.come_back(&order, &query).await;
    assert!(text.contains("입금을 기다리고 있어요"), "{text}");
    shop.move_clock(24 * HOUR).await;
    assert_eq!(shop.record(&order).await["state"], "awaiting_deposit");
    assert_eq!(shop.total().await, 0);
    shop.toss.set_status(&order, Status::Done);
    assert_eq!(shop.notify("toss", &order, false).await, StatusCode::OK);
    shop.move_clock(24 * HOUR + 10).await;
    shop.becomes(&order, "attached").await;
    assert_eq!(shop.total().await, 5_000);
}

#[tokio::test]
async fn a_deposit_that_never_comes_expires_and_one_that_comes_late_counts() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let query = shop.toss.authenticate(&order, 5_000);
    shop.toss.script_confirm(Confirm::Deposit(in_seconds(HOUR)));
    shop.come_back(&order, &query).await;
    shop.move_clock(HOUR + 60).await;
    shop.becomes(&order, "expired").await;
    shop.toss.set_status(&order, Status::Done);
    assert_eq!(shop.notify("toss", &order, false).await, StatusCode::OK);
    shop.move_clock(HOUR + 120).await;
    shop.becomes(&order, "attached").await;
    assert_eq!(shop.total().await, 5_000);
}

#[tokio::test]
async fn a_pending_refund_is_awaited_and_not_asked_for_again() {
    let shop = Shop::open().await;
    let order = shop.give().await;
    shop.toss.script_refunds(Refunds::Pending);
    shop.delete_funding().await;
    eventually("asked", async || shop.toss.record(&order).refund_calls == 1).await;
    let before = shop.toss.record(&order).look_ups;
    shop.move_clock(2 * HOUR).await;
    eventually("looked up", async || {
        shop.toss.record(&order).look_ups > before
    })
    .await;
    assert_eq!(shop.record(&order).await["state"], "refunding");
    shop.toss.complete_refunds(&order);
    shop.move_clock(4 * HOUR).await;
    shop.becomes(&order, "refunded").await;
    assert_eq!(shop.toss.record(&order).refund_calls, 1);
    assert_eq!(shop.total_refunded(&order), 5_000);
}

#[tokio::test]
async fn a_lost_answer_to_a_refund_refunds_once() {
    let shop = Shop::open().await;
    let order = shop.give().await;
    shop.toss.script_refunds(Refunds::Lost);
    shop.delete_funding().await;
    shop.becomes(&order, "refunded").await;
    assert_eq!(shop.total_refunded(&order), 5_000);
    assert_eq!(shop.toss.record(&order).refund_keys.len(), 1);
}

#[tokio::test]
async fn a_refund_refused_for_good_needs_a_person() {
    let shop = Shop::open().await;
    let order = shop.give().await;
    shop.toss.script_refunds(Refunds::Refused);
    shop.delete_funding().await;
    shop.needs_review(1).await;
    assert_eq!(shop.record(&order).await["state"], "refunding");
    assert_eq!(shop.toss.record(&order).refund_calls, 1);
}

#[tokio::test]
async fn notices_only_make_us_look() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    shop.toss.authenticate(&order, 5_000);
    assert_eq!(
        shop.notify("nobody", &order, false).await,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        shop.notify("toss", &order, true).await,
        StatusCode::BAD_REQUEST
    );
    let unknown = "0".repeat(32);
    assert_eq!(shop.notify("toss", &unknown, false).await, StatusCode::OK);
    assert_eq!(shop.toss.record(&order).look_ups, 0);
    // Whatever a flood of them claims, the order is looked up once in a few seconds.
    let begun = Instant::now();
    let flood = join_all((0..40).map(|_| shop.notify("toss", &order, false))).await;
    assert_eq!(flood, [StatusCode::OK; 40]);
    shop.move_clock(10).await;
    eventually("looked up", async || shop.toss.record(&order).look_ups > 0).await;
    let possible = 2 + begun.elapsed().as_secs() / 3;
    assert!(u64::from(shop.toss.record(&order).look_ups) <= possible);
    assert_eq!(shop.record(&order).await["state"], "ready");
    // The money was taken without our confirmation, as some providers do.
    shop.toss.capture(&order);
    shop.notify("toss", &order, false).await;
    shop.move_clock(20).await;
    shop.becomes(&order, "attached").await;
    assert_eq!(shop.total().await, 5_000);
}
