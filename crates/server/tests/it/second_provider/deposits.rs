//! Virtual accounts: the payer transfers the money later, late, or takes it back.

use super::provider::{Confirm, Status};
use super::shop::Shop;
use super::{HOUR, in_seconds};
use crate::app::{eventually, seoul_time_in};

const DAY: i64 = 24 * HOUR;

/// An order that waits for a deposit for this many seconds.
async fn awaiting(shop: &Shop, seconds: i64) -> String {
    let order = shop.order().await;
    let query = shop.toss.authenticate(&order, 5_000);
    shop.toss
        .script_confirm(Confirm::Deposit(in_seconds(seconds)));
    shop.come_back(&order, &query).await;
    assert_eq!(shop.record(&order).await["state"], "awaiting_deposit");
    order
}

#[tokio::test]
async fn an_account_whose_number_was_lost_is_waited_for() {
    let shop = Shop::open().await;
    let order = shop.order().await;
    let query = shop.toss.authenticate(&order, 5_000);
    shop.toss.script_confirm(Confirm::Dropped);
    shop.come_back(&order, &query).await;
    assert_eq!(shop.record(&order).await["state"], "approving");
    let until = in_seconds(2 * DAY);
    shop.toss
        .set_status(&order, Status::WaitingForDeposit(until));
    shop.move_clock(HOUR).await;
    shop.becomes(&order, "awaiting_deposit").await;
    shop.toss.set_status(&order, Status::Done);
    shop.move_clock(DAY).await;
    shop.becomes(&order, "attached").await;
}

#[tokio::test]
async fn a_deposit_is_found_without_a_notice() {
    let shop = Shop::open().await;
    let order = awaiting(&shop, 2 * DAY).await;
    shop.toss.set_status(&order, Status::Done);
    shop.move_clock(HOUR + 1).await;
    shop.becomes(&order, "attached").await;
    assert_eq!(shop.total().await, 5_000);
}

#[tokio::test]
async fn a_deposit_after_the_funding_has_ended_is_refunded() {
    let mut shop = Shop::open().await;
    shop.funding = shop
        .author
        .opens_until("자전거", true, &seoul_time_in(2 * HOUR))
        .await;
    let order = awaiting(&shop, HOUR).await;
    shop.move_clock(HOUR + 1).await;
    shop.becomes(&order, "expired").await;
    shop.move_clock(3 * HOUR).await;
    shop.toss.set_status(&order, Status::Done);
    shop.notify("toss", &order, false).await;
    shop.move_clock(3 * HOUR + 10).await;
    shop.becomes(&order, "refunded").await;
    assert_eq!(shop.total_refunded(&order), 5_000);
    assert_eq!(shop.record(&order).await["refund_reason"], "funding_closed");
    assert_eq!(shop.total().await, 0);
}

#[tokio::test]
async fn a_deposit_that_the_bank_takes_back_needs_a_person() {
    let shop = Shop::open().await;
    let order = shop.give().await;
    let again = Status::WaitingForDeposit(in_seconds(DAY));
    shop.toss.set_status(&order, again);
    shop.notify("toss", &order, false).await;
    shop.move_clock(10).await;
    shop.needs_review(1).await;
    assert_eq!(shop.record(&order).await["state"], "attached");
}

/// Two look-ups at `seconds`, of which the first is stored.
async fn look_twice(shop: &Shop, order: &str, seconds: i64) {
    for clock in [seconds, seconds + HOUR] {
        let before = shop.toss.record(order).look_ups;
        shop.move_clock(clock).await;
        eventually("looked up", async || {
            shop.toss.record(order).look_ups > before
        })
        .await;
    }
}

#[tokio::test]
async fn an_unclear_answer_before_a_deposit_is_due_needs_nobody() {
    let shop = Shop::open().await;
    let order = awaiting(&shop, 7 * DAY).await;
    shop.toss.set_status(&order, Status::Odd);
    for (days, reviews) in [(3, 0), (7, 0), (9, 1)] {
        look_twice(&shop, &order, days * DAY).await;
        shop.needs_review(reviews).await;
        assert_eq!(shop.record(&order).await["state"], "awaiting_deposit");
    }
    shop.toss.set_status(&order, Status::Done);
    shop.move_clock(10 * DAY).await;
    shop.becomes(&order, "attached").await;
}

#[tokio::test]
async fn an_unclear_answer_about_a_closed_order_needs_nobody_at_once() {
    let shop = Shop::open().await;
    let order = awaiting(&shop, 2 * DAY).await;
    shop.move_clock(2 * DAY + 1).await;
    shop.becomes(&order, "expired").await;
    shop.toss.set_status(&order, Status::Odd);
    look_twice(&shop, &order, 3 * DAY).await;
    shop.needs_review(0).await;
    // A person decides then; we don't ask for ever.
    shop.move_clock(5 * DAY).await;
    shop.needs_review(1).await;
    assert_eq!(shop.record(&order).await["state"], "expired");
}
