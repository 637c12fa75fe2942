//! Generates invented members.

use funsun_domain::time::Timestamp;

use super::random::Random;
use super::words::{BANKS, FAMILY_NAMES, FIRST_SYLLABLES, LAST_SYLLABLES};

/// First Kakao id of invented members. Kakao's ids ascend and have ten digits so far, the sandbox's have up to
/// sixteen; these have nineteen, so they don't collide, and fit 64 bits.
pub const FIRST_KAKAO_ID: i64 = 8_000_000_000_000_000_001;

const MEMBER: u64 = 3;
const DAY_SECONDS: i64 = 86_400;

/// A member's row, without ids and counts.
#[derive(Clone, Debug)]
pub struct DemoMember {
    /// Two or three syllables.
    pub username: String,
    /// At a domain reserved for examples (RFC 2606).
    pub email: String,
    /// `MMDD`.
    pub birthday: String,
    /// `female` or `male`.
    pub gender: &'static str,
    /// In Kakao's format.
    pub age_range: &'static str,
    /// Bank and account number; the latter is zeros, then the member's number.
    pub bank_account: Option<String>,
    /// One to two years before the data was generated.
    pub created_at: Timestamp,
}

/// Generates the member with this number.
pub fn generate(seed: u64, number: i64, now: Timestamp) -> DemoMember {
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
