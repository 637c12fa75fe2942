//! The limiter of one class: which requests share a key, and when keys are evicted.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};

use super::Rate;
use crate::error::AppError;

/// Keys of one class above which addresses are grouped by larger networks.
const KEYS_MAX: usize = 100_000;

/// Checks of one class between two sweeps of its keys.
const CHECKS_PER_SWEEP: u64 = 4096;

/// Minimum time between two sweeps of a class, in milliseconds.
const SWEEP_INTERVAL_MS: u64 = 5_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Account(String),
    /// The leading bits of an address.
    Address(u128),
}

/// Counts the requests of one class.
pub(super) struct Limiter {
    keyed: DefaultKeyedRateLimiter<Key>,
    checks: AtomicU64,
    swept_at_ms: AtomicU64,
    crowded: AtomicBool,
    started: Instant,
}

impl Limiter {
    pub(super) fn new(rate: Rate) -> Self {
        Self {
            keyed: DefaultKeyedRateLimiter::keyed(
                Quota::per_minute(rate.per_minute).allow_burst(rate.burst),
            ),
            checks: AtomicU64::new(0),
            swept_at_ms: AtomicU64::new(0),
            crowded: AtomicBool::new(false),
            started: Instant::now(),
        }
    }

    /// Counts one request.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub(super) fn check(&self, account: Option<String>, address: IpAddr) -> Result<(), AppError> {
        let crowded = self.crowded.load(Ordering::Relaxed);
        let key = account.map_or_else(|| address_key(address, crowded), Key::Account);
        self.sweep_if_due();
        self.keyed.check_key(&key).map_err(|not_yet| {
            let wait = not_yet.wait_time_from(DefaultClock::default().now());
            AppError::too_many(ceil_seconds(wait))
        })
    }

    /// Number of keys in memory.
    pub(super) fn tracked_keys(&self) -> usize {
        self.keyed.len()
    }

    fn sweep_if_due(&self) {
        let checks = self.checks.fetch_add(1, Ordering::Relaxed);
        if checks % CHECKS_PER_SWEEP != CHECKS_PER_SWEEP - 1 {
            return;
        }
        let now_ms = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let swept_at_ms = self.swept_at_ms.load(Ordering::Relaxed);
        if now_ms.saturating_sub(swept_at_ms) < SWEEP_INTERVAL_MS {
            return;
        }
        self.swept_at_ms.store(now_ms, Ordering::Relaxed);
        self.sweep();
    }

    /// Evicts the keys whose whole budget is available again, and checks whether too many remain.
    pub(super) fn sweep(&self) {
        self.keyed.retain_recent();
        self.keyed.shrink_to_fit();
        self.crowded
            .store(self.keyed.len() > KEYS_MAX, Ordering::Relaxed);
    }
}

/// One key for all addresses of one subscriber: with IPv6, a /64. When crowded, whole networks share a key
/// (IPv4 /16, IPv6 /32).
fn address_key(address: IpAddr, crowded: bool) -> Key {
    let bits = match address {
        IpAddr::V4(address) => {
            let bits = address.to_ipv6_mapped().to_bits();
            if crowded { bits >> 16 } else { bits }
        }
        IpAddr::V6(address) => {
            let prefix = address.to_bits() >> 64;
            if crowded { prefix >> 32 } else { prefix }
        }
    };
    Key::Address(bits)
}

/// Rounded up, so that waiting that long is enough.
fn ceil_seconds(wait: Duration) -> u64 {
    wait.as_secs()
        .saturating_add(u64::from(wait.subsec_nanos() > 0))
        .max(1)
}
