//! Formats amounts and times for display.

use funsun_domain::time::Timestamp;

use super::texts::{Lang, Texts};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

impl Texts {
    /// Formats won, with a thousands separator: `60,000원`, `₩60,000`.
    pub fn won(self, amount: i64) -> String {
        match self.0 {
            Lang::Ko => format!("{}원", grouped(amount)),
            Lang::En => format!("₩{}", grouped(amount)),
        }
    }

    /// Formats the time until `deadline`: days and hours; hours and minutes on the last day; then `ended`.
    pub fn time_left(self, deadline: Timestamp, now: Timestamp) -> String {
        let left = deadline.seconds().saturating_sub(now.seconds());
        if left <= 0 {
            self.say("time.ended").to_owned()
        } else if left >= DAY {
            let (days, hours) = (left / DAY, left % DAY / HOUR);
            self.fill("time.days_left", [("days", &days), ("hours", &hours)])
        } else if left >= HOUR {
            let (hours, minutes) = (left / HOUR, left % HOUR / MINUTE);
            let values: [(&str, &dyn std::fmt::Display); 2] =
                [("hours", &hours), ("minutes", &minutes)];
            self.fill("time.hours_left", values)
        } else {
            self.fill("time.minutes_left", [("minutes", &(left / MINUTE).max(1))])
        }
    }

    /// Formats a past time: minutes, hours or days ago; after a week, the date.
    pub fn ago(self, at: Timestamp, now: Timestamp) -> String {
        let past = now.seconds().saturating_sub(at.seconds());
        if past < MINUTE {
            self.say("time.now").to_owned()
        } else if past < HOUR {
            self.fill("time.minutes_ago", [("minutes", &(past / MINUTE))])
        } else if past < DAY {
            self.fill("time.hours_ago", [("hours", &(past / HOUR))])
        } else if past < 7 * DAY {
            self.fill("time.days_ago", [("days", &(past / DAY))])
        } else {
            self.date(at)
        }
    }

    /// Formats the date in Seoul: `2026년 1월 9일`, `2026-01-09`.
    pub fn date(self, at: Timestamp) -> String {
        let text = at.to_seoul();
        let [year, month, day] = [&text[..4], &text[5..7], &text[8..10]];
        let [month, day] = match self.0 {
            Lang::Ko => [month, day].map(|it| it.trim_start_matches('0')),
            Lang::En => [month, day],
        };
        let values: [(&str, &dyn std::fmt::Display); 3] =
            [("year", &year), ("month", &month), ("day", &day)];
        self.fill("time.date", values)
    }

    /// Formats date and time in Seoul: `2026년 1월 9일 18:00`, `2026-01-09 18:00`.
    pub fn moment(self, at: Timestamp) -> String {
        format!("{} {}", self.date(at), &at.to_seoul()[11..16])
    }

    /// Formats a birthday `MMDD` as month and day.
    pub fn birthday(self, day: &str) -> String {
        let (month, day) = day.split_at_checked(2).unwrap_or((day, ""));
        let [month, day] = [month, day].map(|it| it.trim_start_matches('0'));
        self.fill("time.birthday", [("month", &month), ("day", &day)])
    }
}

/// Parses an amount of won as typed, with or without commas and a currency symbol.
///
/// # Errors
/// When the rest is not a whole number.
pub fn parse_won(text: &str) -> Result<i64, &'static str> {
    let digits: String = text
        .chars()
        .filter(|it| !matches!(it, ',' | ' ' | '원' | '₩'))
        .collect();
    digits.parse().map_err(|_| "is not a number")
}

/// Returns the percentage of the goal, rounded down: 99.9 % must not show as reached.
pub fn percent(collected: i64, goal: i64) -> i64 {
    collected.saturating_mul(100) / goal.max(1)
}

/// Returns thousandths of the goal for a progress bar, at most 1,000.
pub fn thousandths(collected: i64, goal: i64) -> u16 {
    let share = collected.max(0).saturating_mul(1_000) / goal.max(1);
    u16::try_from(share.min(1_000)).unwrap_or_default()
}

fn grouped(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if amount < 0 {
        text.push('-');
    }
    for (index, digit) in digits.char_indices() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
