//! The sandbox's clock: system time plus an offset that tests can set, so that a test of the
//! fifteen-minute expiry does not take fifteen minutes.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use time::OffsetDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::{format_description, offset};

const SECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]");

/// Adjustable clock that returns Unix seconds.
#[derive(Default)]
pub(crate) struct Clock {
    offset_seconds: AtomicI64,
}

impl Clock {
    /// Sets how many seconds the sandbox is ahead of the system clock.
    pub(crate) fn set_offset(&self, seconds: i64) {
        self.offset_seconds.store(seconds, Ordering::Relaxed);
    }

    /// The current time in Unix seconds.
    #[expect(
        clippy::disallowed_methods,
        reason = "the only place that reads the system clock"
    )]
    pub(crate) fn now(&self) -> i64 {
        let elapsed = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let system = i64::try_from(elapsed).unwrap_or(i64::MAX);
        system.saturating_add(self.offset_seconds.load(Ordering::Relaxed))
    }
}

/// `2026-01-02T03:04:05Z`, the user API's timestamp format.
pub(crate) fn format_utc(unix_seconds: i64) -> String {
    format!("{}Z", format_at(unix_seconds, offset!(UTC)))
}

/// `2026-01-02T12:04:05`, Seoul time without an offset, KakaoPay's timestamp format.
pub(crate) fn format_seoul(unix_seconds: i64) -> String {
    format_at(unix_seconds, offset!(+9))
}

fn format_at(unix_seconds: i64, zone: time::UtcOffset) -> String {
    OffsetDateTime::from_unix_timestamp(unix_seconds)
        .unwrap_or(OffsetDateTime::UNIX_EPOCH)
        .to_offset(zone)
        .format(SECONDS)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seoul_is_nine_hours_ahead() {
        assert_eq!(format_utc(1_767_323_045), "2026-01-02T03:04:05Z");
        assert_eq!(format_seoul(1_767_323_045), "2026-01-02T12:04:05");
    }

    #[test]
    fn an_offset_moves_the_clock() {
        let clock = Clock::default();
        let before = clock.now();
        clock.set_offset(900);
        assert!(clock.now() >= before + 900);
    }
}
