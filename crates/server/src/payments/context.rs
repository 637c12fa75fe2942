//! The context of a payment step: the time and the configured durations and limits.

use std::time::Duration;

use funsun_domain::time::Timestamp;

use crate::config::Config;
use crate::state::AppState;

/// The time of an operation, and the settings that payments depend on.
#[derive(Clone, Copy, Debug)]
pub struct StepContext {
    /// The time of the operation.
    pub now: Timestamp,
    /// Seconds that one exchange with the provider may take.
    pub(super) lease_seconds: i64,
    /// Seconds after which an approved payment without a support is refunded.
    pub(super) unattached_seconds: i64,
    /// What a public funding may collect, money in flight included, in won.
    pub(super) public_cap: i64,
}

impl StepContext {
    /// Now, by the service's clock and settings.
    pub fn new(state: &AppState) -> Self {
        Self::at(state.clock.now(), &state.config)
    }

    /// At a chosen time.
    pub fn at(now: Timestamp, config: &Config) -> Self {
        let seconds = |life: Duration| i64::try_from(life.as_secs()).unwrap_or(i64::MAX);
        Self {
            now,
            lease_seconds: seconds(config.payment_lease),
            unattached_seconds: seconds(config.unattached_refund_after),
            public_cap: config.payments.public_cap,
        }
    }

    /// The same without the cap of public fundings.
    #[must_use]
    pub const fn without_cap(self) -> Self {
        Self {
            public_cap: i64::MAX,
            ..self
        }
    }

    /// Whether a lease that ends at `until` holds now. One that ends later than any that is taken now is of a clock that
    /// was set back since: it does not hold.
    pub(super) fn is_leased(&self, until: Timestamp) -> bool {
        until > self.now && until <= self.now.plus_seconds(2 * self.lease_seconds)
    }

    /// The earliest approval of a payment that may be without a support now.
    pub fn unattached_since(&self) -> Timestamp {
        self.now.plus_seconds(-self.unattached_seconds)
    }
}
