//! Settings of payments that are not about one provider.

use super::settings::Raw;
use super::{Config, parse_or_default};

/// Shortest lease, in seconds: longer than the longest exchange with a provider, which is three calls of 19 seconds.
const LEASE_SECONDS_MIN: u64 = 60;

/// What applies to the payments of all providers.
#[derive(Clone, Copy, Debug)]
pub struct PaymentsConfig {
    /// Most that a public funding may collect, payments in flight included, in won.
    pub public_cap: i64,
    /// The part of a payment that is not taxed, in percent.
    pub tax_free_percent: u8,
    /// For how long KakaoPay refunds payments by card, in days.
    pub card_refund_days: i64,
    /// For how long KakaoPay refunds payments with KakaoPay money, in days.
    pub money_refund_days: i64,
}

pub(super) fn parse(raw: &Raw, problems: &mut Vec<String>) -> PaymentsConfig {
    let config = PaymentsConfig {
        public_cap: number(raw, "public_funding_cap_krw", 1_000, problems),
        tax_free_percent: parse_or_default(raw, "tax_free_percent", "0 to 100", problems),
        card_refund_days: number(raw, "kakaopay_card_refund_days", 1, problems),
        money_refund_days: number(raw, "kakaopay_money_refund_days", 1, problems),
    };
    if config.tax_free_percent > 100 {
        problems.push("tax_free_percent: must be 0 to 100".to_owned());
    }
    config
}

fn number(raw: &Raw, name: &str, min: u32, problems: &mut Vec<String>) -> i64 {
    let number: u32 = parse_or_default(raw, name, "a whole number", problems);
    if number < min {
        problems.push(format!("{name}: must be at least {min}"));
    }
    i64::from(number)
}

/// A lease that ends during an exchange lets a second one begin. Tests move the clock instead of waiting.
pub(super) fn check_lease(config: &Config, problems: &mut Vec<String>) {
    if config.payment_lease.as_secs() < LEASE_SECONDS_MIN && !config.test_clock {
        problems.push(format!(
            "payment_lease_seconds: must be at least {LEASE_SECONDS_MIN}, more than the longest exchange with KakaoPay"
        ));
    }
}
