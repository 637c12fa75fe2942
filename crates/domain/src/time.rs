//! Timestamps: stored as UTC microseconds, formatted and parsed in Asia/Seoul.
//!
//! Korea has been at UTC+9 without daylight saving since 1988, so the zone is a constant here.

use ::time::format_description::BorrowedFormatItem;
use ::time::macros::{format_description, offset};
use ::time::{Date, Month, OffsetDateTime, PrimitiveDateTime, Time, UtcOffset};
use thiserror::Error;

const SEOUL: UtcOffset = offset!(+9);
const LOCAL: &[BorrowedFormatItem<'_>] = format_description!(
    version = 2,
    "[year]-[month]-[day][first [T] [ ]][hour]:[minute][optional [:[second][optional [.[subsecond]]]]]"
);

/// A point in time: microseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// The text is not a date and time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be a date and time such as 2026-08-16T17:00:00 (Asia/Seoul when no offset is given)")]
pub struct InvalidTime;

impl Timestamp {
    /// From microseconds since the Unix epoch.
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the Unix epoch.
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    /// This time plus `seconds`, which may be negative; saturates at the ends of the range.
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Parses ISO 8601 with an offset or `Z`; without either, the time is in Asia/Seoul.
    ///
    /// # Errors
    /// [`InvalidTime`] when the text is not a date and time.
    pub fn parse(text: &str) -> Result<Self, InvalidTime> {
        let text = text.trim();
        let rfc3339 = &::time::format_description::well_known::Rfc3339;
        let moment = OffsetDateTime::parse(text, rfc3339)
            .or_else(|_| {
                PrimitiveDateTime::parse(text, LOCAL).map(|local| local.assume_offset(SEOUL))
            })
            .map_err(|_| InvalidTime)?;
        i64::try_from(moment.unix_timestamp_nanos() / 1_000)
            .map(Self)
            .map_err(|_| InvalidTime)
    }

    /// Asia/Seoul with offset and whole seconds: `2026-08-16T17:00:00+09:00`. Formatted by hand: every item of
    /// every list contains one, and a general formatter takes several times as long.
    pub fn to_seoul(self) -> String {
        let (date, time) = self.in_seoul();
        let year = date.year().unsigned_abs();
        let mut text = String::with_capacity(25);
        push_two_digits(&mut text, year / 100);
        push_two_digits(&mut text, year % 100);
        for (separator, number) in [
            ('-', u8::from(date.month())),
            ('-', date.day()),
            ('T', time.hour()),
            (':', time.minute()),
            (':', time.second()),
        ] {
            text.push(separator);
            push_two_digits(&mut text, u32::from(number));
        }
        text.push_str("+09:00");
        text
    }

    /// Asia/Seoul in whole minutes, for display: `2026-08-16 17:00`.
    pub fn to_seoul_minutes(self) -> String {
        let shown = self.to_seoul();
        shown[..16].replace('T', " ")
    }

    /// Days from today until the next date with this month and day, in Asia/Seoul; 0 is today. 29 February counts
    /// as the 28th in common years. `None` when no such date exists.
    pub fn days_until(self, month: u8, day: u8) -> Option<i64> {
        let (today, _) = self.in_seoul();
        let month = Month::try_from(month).ok()?;
        let in_year = |year: i32| {
            let date = Date::from_calendar_date(year, month, day);
            let leap = month == Month::February && day == 29;
            date.or_else(|error| {
                if leap {
                    Date::from_calendar_date(year, month, 28)
                } else {
                    Err(error)
                }
            })
        };
        let this_year = in_year(today.year()).ok()?;
        let next = if this_year >= today {
            this_year
        } else {
            in_year(today.year() + 1).ok()?
        };
        Some((next - today).whole_days())
    }

    /// Date and time in Asia/Seoul; outside the years 0 to 9999, the latest one that can be formatted.
    fn in_seoul(self) -> (Date, Time) {
        let seconds = self
            .seconds()
            .saturating_add(i64::from(SEOUL.whole_seconds()));
        let shown = OffsetDateTime::from_unix_timestamp(seconds)
            .ok()
            .filter(|at| (0..=9999).contains(&at.year()));
        shown.map_or((PrimitiveDateTime::MAX.date(), Time::MAX), |at| {
            (at.date(), at.time())
        })
    }
}

fn push_two_digits(text: &mut String, number: u32) {
    for digit in [number / 10 % 10, number % 10] {
        text.push(char::from_digit(digit, 10).expect("a remainder of ten is a digit"));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_time_without_a_zone_is_seoul_time() {
        let shown = "2026-08-16T17:00:00+09:00";
        for text in [
            "2026-08-16T17:00:00.000",
            "2026-08-16T17:00:00",
            "2026-08-16T17:00",
            "2026-08-16 17:00:00.123456",
            "2026-08-16T17:00:00+09:00",
            "2026-08-16T08:00:00Z",
            "2026-08-16T08:00:00.5+00:00",
        ] {
            assert_eq!(
                Timestamp::parse(text).map(Timestamp::to_seoul).as_deref(),
                Ok(shown),
                "{text}"
            );
        }
    }

    #[test]
    fn days_until_a_birthday_span_the_new_year_and_handle_common_years() {
        let until = |now: &str, month, day| {
            let now = Timestamp::parse(now).expect("a time");
            now.days_until(month, day)
        };
        assert_eq!(until("2026-08-16T23:59:00", 8, 16), Some(0));
        assert_eq!(until("2026-12-30T09:00:00", 1, 2), Some(3));
        assert_eq!(until("2026-08-17T00:00:00", 8, 16), Some(364));
        assert_eq!(until("2027-02-27T12:00:00", 2, 29), Some(1));
        assert_eq!(until("2028-02-27T12:00:00", 2, 29), Some(2));
        assert_eq!(until("2028-02-27T12:00:00", 2, 30), None);
        assert_eq!(until("2028-02-27T12:00:00", 13, 1), None);
    }

    #[test]
    fn a_text_that_is_not_a_date_is_refused() {
        for text in [
            "",
            "tomorrow",
            "2026-02-30T10:00:00",
            "2026-13-01T10:00:00",
            "2026-08-16",
            "1e9",
        ] {
            assert_eq!(Timestamp::parse(text), Err(InvalidTime), "{text}");
        }
    }

    #[test]
    fn the_ends_of_the_range_can_be_formatted() {
        for micros in [i64::MIN, i64::MAX, 0] {
            assert!(
                Timestamp::from_micros(micros)
                    .to_seoul()
                    .ends_with("+09:00")
            );
        }
    }

    proptest! {
        #[test]
        fn a_formatted_time_can_be_parsed_again(seconds in -62_000_000_000_i64..253_000_000_000) {
            let at = Timestamp::from_micros(0).plus_seconds(seconds);
            prop_assert_eq!(Timestamp::parse(&at.to_seoul()), Ok(at));
        }
    }

    #[test]
    fn displayed_times_end_with_minutes() {
        let at = Timestamp::parse("2026-08-16T17:05:59").unwrap();
        assert_eq!(at.to_seoul_minutes(), "2026-08-16 17:05");
    }
}
