//! Texts written by members: normalised (NFC, trimmed), bounded in Unicode characters, free of control characters.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

/// Why a text is refused; the message states what is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TextError {
    /// Too short or too long, in characters.
    #[error("must be {min} to {max} characters long")]
    Length {
        /// Minimum length, in characters.
        min: usize,
        /// Maximum length, in characters.
        max: usize,
    },
    /// A control character, or a line break in a single-line text.
    #[error("must not contain control characters")]
    Control,
    /// Not a month and a day.
    #[error("must be a month and day, MMDD, such as 0816")]
    Birthday,
}

macro_rules! bounded_text {
    ($(#[$doc:meta])* $name:ident, $min:literal ..= $max:literal, $lines:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct $name(String);

        impl $name {
            /// Minimum and maximum length, in characters.
            pub const BOUNDS: (usize, usize) = ($min, $max);

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Consumes the value and returns the text.
            pub fn into_string(self) -> String {
                self.0
            }
        }

        impl FromStr for $name {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                bounded(text, $min, $max, $lines).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

#[derive(Clone, Copy, PartialEq)]
enum Lines {
    One,
    Many,
}

bounded_text!(
    /// A funding's title.
    Title, 2..=50, Lines::One
);
bounded_text!(
    /// A funding's text.
    Content, 2..=255, Lines::Many
);
bounded_text!(
    /// The message of a support.
    SupportMessage, 2..=255, Lines::Many
);
bounded_text!(
    /// The author's review of a funding: thanks to everybody who supported it.
    Review, 2..=255, Lines::Many
);
bounded_text!(
    /// A funding author's reply to one support.
    Thanks, 2..=255, Lines::Many
);
bounded_text!(
    /// The message of a report.
    ReportMessage, 2..=255, Lines::Many
);
bounded_text!(
    /// A member's name.
    Username, 2..=20, Lines::One
);
bounded_text!(
    /// A bank's name and an account number, `은행 계좌번호`.
    BankAccount, 1..=30, Lines::One
);

/// A birthday without its year, `MMDD`; 29 February is valid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Birthday(String);

impl Birthday {
    /// `MMDD`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Month and day, each from 1.
    pub fn month_and_day(&self) -> (u8, u8) {
        let number = |digits: &str| digits.parse().unwrap_or_default();
        self.0
            .split_at_checked(2)
            .map_or((0, 0), |(month, day)| (number(month), number(day)))
    }
}

impl FromStr for Birthday {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let digits = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
        let (Some(month), Some(day), true) = (text.get(..2), text.get(2..), digits) else {
            return Err(TextError::Birthday);
        };
        let last = match month {
            "01" | "03" | "05" | "07" | "08" | "10" | "12" => "31",
            "04" | "06" | "09" | "11" => "30",
            "02" => "29",
            _ => return Err(TextError::Birthday),
        };
        if ("01"..=last).contains(&day) {
            Ok(Self(text.to_owned()))
        } else {
            Err(TextError::Birthday)
        }
    }
}

fn bounded(text: &str, min: usize, max: usize, lines: Lines) -> Result<String, TextError> {
    // A decomposed Hangul syllable has up to three code points; after NFC the count is that of visible characters.
    let text: String = text.trim().nfc().collect::<String>().replace("\r\n", "\n");
    let allowed = |c: char| !c.is_control() || (lines == Lines::Many && matches!(c, '\n' | '\t'));
    if !text.chars().all(allowed) {
        return Err(TextError::Control);
    }
    let length = text.chars().count();
    if (min..=max).contains(&length) {
        Ok(text)
    } else {
        Err(TextError::Length { min, max })
    }
}

/// The form in which names are compared and searched: NFKC, lowercase.
pub fn fold(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_counted_in_characters() {
        assert!("가나".parse::<Title>().is_ok());
        assert!("가".repeat(50).parse::<Title>().is_ok());
        assert!("가".repeat(51).parse::<Title>().is_err());
        assert!("🎁🎂".parse::<Title>().is_ok());
        assert_eq!(
            "가".parse::<Title>(),
            Err(TextError::Length { min: 2, max: 50 })
        );
        assert!("   ".parse::<Title>().is_err());
    }

    #[test]
    fn decomposed_hangul_is_composed() {
        let name: Username = "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af}"
            .parse()
            .unwrap();
        assert_eq!(name.as_str(), "한글");
    }

    #[test]
    fn control_characters_are_refused() {
        assert_eq!("생일\u{0}선물".parse::<Title>(), Err(TextError::Control));
        assert_eq!("두\n줄".parse::<Title>(), Err(TextError::Control));
        assert_eq!("두\r\n줄".parse::<Content>().unwrap().as_str(), "두\n줄");
    }

    #[test]
    fn birthdays_are_days_of_the_year() {
        for day in ["0101", "0229", "1231", "0430"] {
            assert!(day.parse::<Birthday>().is_ok(), "{day}");
        }
        for day in [
            "",
            "0000",
            "0230",
            "1301",
            "0431",
            "816",
            "１２３１",
            "08/1",
        ] {
            assert!(day.parse::<Birthday>().is_err(), "{day}");
        }
    }

    #[test]
    fn folding_ignores_case_and_width() {
        assert_eq!(fold("ＦｕｎSun"), "funsun");
    }
}
