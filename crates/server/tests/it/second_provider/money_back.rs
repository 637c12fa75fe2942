//! Refunds at a provider that repeats its first answer to an idempotency key, and makes some of them later or never.

use super::provider::Refunds;
use super::shop::Shop;
use crate::app::eventually;

/// More than the longest pause between two attempts, in seconds.
const PAUSE: i64 = 2_000;

/// A support whose funding is deleted while refunds go like this.
struct Refunding {
    shop: Shop,
    order: String,
    clock: i64,
}

impl Refunding {
    /// `state` is what the first attempt leads to.
    async fn begin(refunds: Refunds, state: &str) -> Self {
        let shop = Shop::open().await;
        let order = shop.give().await;
        shop.toss.script_refunds(refunds);
        shop.delete_funding().await;
        eventually(state, async || shop.dossier(&order).await.contains(state)).await;
        let clock = 0;
        Self { shop, order, clock }
    }

    /// Moves the clock on until the refund has come to this state so many times.
    async fn comes_to(&mut self, times: usize, state: &str) {
        let (shop, order) = (&self.shop, &self.order);
        let is_it = |line: &&str| line.contains(&format!("  {state}  "));
        loop {
            let before = shop.dossier(order).await;
            if before.lines().filter(is_it).count() >= times {
                return;
            }
            self.clock += PAUSE;
            shop.move_clock(self.clock).await;
            eventually("an attempt is over", async || {
                let now = shop.dossier(order).await;
                let under_way = now.lines().last().unwrap().contains("  sent  ");
                now != before && !under_way
            })
            .await;
        }
    }

    async fn ends(&mut self) {
        self.clock += PAUSE;
        self.shop.move_clock(self.clock).await;
        self.shop.becomes(&self.order, "refunded").await;
        assert_eq!(self.shop.total_refunded(&self.order), 5_000);
    }

    /// How many requests the provider took for different ones.
    fn requests(&self) -> usize {
        self.shop.toss.record(&self.order).refund_keys.len()
    }
}

#[tokio::test]
async fn a_declined_refund_is_asked_for_again_as_another() {
    let mut refunding = Refunding::begin(Refunds::Declined, "declined").await;
    refunding.comes_to(2, "declined").await;
    refunding.shop.toss.script_refunds(Refunds::Done);
    refunding.ends().await;
    assert_eq!(refunding.requests(), 3);
}

#[tokio::test]
async fn a_refund_declined_again_and_again_needs_a_person() {
    let mut refunding = Refunding::begin(Refunds::Declined, "declined").await;
    refunding.comes_to(1, "parked").await;
    assert_eq!(refunding.requests(), 12);
    refunding.shop.needs_review(1).await;
}

#[tokio::test]
async fn a_pending_refund_that_comes_to_nothing_is_asked_for_again() {
    let mut refunding = Refunding::begin(Refunds::Pending, "pending").await;
    refunding.shop.toss.abort_refunds(&refunding.order);
    refunding.comes_to(1, "declined").await;
    refunding.comes_to(2, "pending").await;
    assert_eq!(refunding.requests(), 2);
    refunding.shop.toss.complete_refunds(&refunding.order);
    refunding.ends().await;
}

#[tokio::test]
async fn a_refund_needs_a_person_after_it_is_pending_for_a_week() {
    let mut refunding = Refunding::begin(Refunds::Pending, "pending").await;
    for (days, reviews) in [(3, 0), (8, 1)] {
        refunding.clock = days * 86_400;
        let (shop, order) = (&refunding.shop, &refunding.order);
        let attempts = shop.dossier(order).await.matches("  pending  ").count();
        shop.move_clock(refunding.clock).await;
        eventually("looked up", async || {
            shop.dossier(order).await.matches("  pending  ").count() > attempts
        })
        .await;
        shop.needs_review(reviews).await;
    }
    assert_eq!(refunding.requests(), 1);
    refunding.shop.toss.complete_refunds(&refunding.order);
    refunding.clock += 6 * 3_600;
    refunding.ends().await;
}
