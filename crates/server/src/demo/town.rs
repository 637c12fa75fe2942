//! Who knows whom among invented members, decided by their numbers alone.
//!
//! Members come in circles of forty who mostly know each other, and towns of twenty circles with one
//! well-known member, whom many follow who are not followed back.

use std::ops::Range;

use super::random::Random;

/// Members of a circle: each follows about half of it.
pub const CIRCLE: i64 = 40;
/// Members of a town; rows of a town are written in one transaction.
pub const TOWN: i64 = 20 * CIRCLE;

const TIE: u64 = 1;
const FAME: u64 = 2;

/// All invented members, numbered from 0.
#[derive(Clone, Copy, Debug)]
pub struct Town {
    /// Decides every tie.
    pub seed: u64,
    /// How many members there are.
    pub members: i64,
}

impl Town {
    /// The members of the circle that `member` belongs to.
    pub fn circle_of(self, member: i64) -> Range<i64> {
        let first = member - member % CIRCLE;
        first..(first + CIRCLE).min(self.members)
    }

    /// Whether one member follows another.
    pub fn follows(self, follower: i64, followee: i64) -> bool {
        if follower == followee {
            return false;
        }
        let known =
            self.circle_of(follower).contains(&followee) && self.is_tied(follower, followee);
        known || self.admires(follower, followee)
    }

    /// Whether two members follow each other.
    pub fn are_friends(self, one: i64, other: i64) -> bool {
        self.follows(one, other) && self.follows(other, one)
    }

    /// Whom `member` follows, in ascending order.
    pub fn followees(self, member: i64) -> impl Iterator<Item = i64> {
        let famous = famous_of(member);
        let circle = self.circle_of(member);
        let outside = Some(famous).filter(|famous| *famous < circle.start);
        outside
            .into_iter()
            .chain(circle)
            .filter(move |other| self.follows(member, *other))
    }

    /// 45 % of the pairs are friends, 10 % follow in either direction only.
    fn is_tied(self, follower: i64, followee: i64) -> bool {
        let (low, high) = (follower.min(followee), follower.max(followee));
        match Random::of(self.seed, TIE, low, high).below(100) {
            0..45 => true,
            45..55 => follower < followee,
            55..65 => follower > followee,
            _ => false,
        }
    }

    fn admires(self, follower: i64, followee: i64) -> bool {
        famous_of(follower) == followee
            && Random::of(self.seed, FAME, follower, followee).percent(25)
    }
}

/// The first member of each town.
fn famous_of(member: i64) -> i64 {
    member - member % TOWN
}
