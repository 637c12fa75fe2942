//! One invented member.

use funsun_domain::time::Timestamp;

use super::random::Random;
use super::words::{BANKS, FAMILY_NAMES, FIRST_SYLLABLES, LAST_SYLLABLES};

/// Kakao ids of invented members begin here. Kakao counts upwards and has come to ten digits; the sandbox
/// invents ids of up to sixteen; these have nineteen and still fit 64 bits.
pub const FIRST_KAKAO_ID: i64 = 8_000_000_000_000_000_001;

const MEMBER: u64 = 3;
const DAY_SECONDS: i64 = 86_400;

/// What a member's row says, apart from its id and counts.
#[derive(Clone, Debug)]
pub struct DemoMember {
    /// Two or three syllables.
    pub username: String,
    /// At a domain that is reserved for examples.
    pub email: String,
    /// `MMDD`.
    pub birthday: String,
    /// `female` or `male`.
    pub gender: &'static str,
    /// As Kakao writes it.
    pub age_range: &'static str,
    /// Bank and account number; the number is all zeros but its end.
    pub bank_account: Option<String>,
    /// One to two years before the data was made.
    pub created_at: Timestamp,
}

/// The member of this number.
pub fn invent(seed: u64, number: i64, now: Timestamp) -> DemoMember {
    let mut random = Random::of(seed, MEMBER, number, 0);
    let family = random.pick(FAMILY_NAMES);
    let first = random.pick(FIRST_SYLLABLES);
    let last = random.pick(LAST_SYLLABLES);
    let age = random.below(365 * DAY_SECONDS) + 400 * DAY_SECONDS;
    DemoMember {
        username: format!("{family}{first}{last}"),
        email: format!("demo{number}@example.com"),
        birthday: format!("{:02}{:02}", random.below(12) + 1, random.below(28) + 1),
        gender: random.pick(&["female", "male"]),
        age_range: random.pick(&["15~19", "20~29", "20~29", "20~29", "30~39", "40~49"]),
        bank_account: random
            .percent(70)
            .then(|| format!("{} 0000{number:08}", random.pick(BANKS))),
        created_at: now.plus_seconds(-age),
    }
}
