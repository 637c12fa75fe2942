//! Members: the profile data imported from Kakao at the first login.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::text::Username;

/// Gender as Kakao reports it, if the member shared it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    /// `female`.
    Female,
    /// `male`.
    Male,
}

/// The text is neither `female` nor `male`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be female or male")]
pub struct InvalidGender;

impl Gender {
    /// The word in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Female => "female",
            Self::Male => "male",
        }
    }
}

impl fmt::Display for Gender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Gender {
    type Err = InvalidGender;

    fn from_str(text: &str) -> Result<Self, InvalidGender> {
        match text {
            "female" => Ok(Self::Female),
            "male" => Ok(Self::Male),
            _ => Err(InvalidGender),
        }
    }
}

/// A valid username from a Kakao nickname, which may be shorter or longer than ours allows.
///
/// A single character gets the polite suffix `님`; an overlong nickname is cut; an empty one becomes `친구`.
pub fn username_from_nickname(nickname: &str) -> Username {
    let (min, max) = Username::BOUNDS;
    let kept: String = nickname
        .trim()
        .chars()
        .filter(|c| !c.is_control())
        .take(max)
        .collect();
    let long_enough = if kept.chars().count() < min {
        format!("{kept}님")
    } else {
        kept
    };
    long_enough
        .parse()
        .or_else(|_| "친구".parse())
        .expect("two characters are a valid username")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_nickname_becomes_a_valid_username() {
        for (nickname, name) in [
            ("홍길동", "홍길동"),
            ("별", "별님"),
            ("", "친구"),
            ("  \u{7} ", "친구"),
            (
                "가나다라마바사아자차카타파하가나다라마바사",
                "가나다라마바사아자차카타파하가나다라마바",
            ),
        ] {
            assert_eq!(username_from_nickname(nickname).as_str(), name);
        }
    }
}
