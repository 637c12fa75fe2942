//! The follows among invented members: a social graph that is a function of their numbers and the seed.
//!
//! Members form circles of forty, most of whom follow each other. Twenty circles form a town, with one famous member
//! whom many follow without being followed back.

use std::ops::Range;

use super::random::Random;

/// Size of a circle; each member follows about half of it.
pub const CIRCLE: i64 = 40;
/// Size of a town; its rows are written in one transaction.
pub const TOWN: i64 = 20 * CIRCLE;

const PAIR: u64 = 1;
const FAMOUS: u64 = 2;

/// All invented members, numbered from 0.
#[derive(Clone, Copy, Debug)]
pub struct Town {
    /// Random seed.
    pub seed: u64,
    /// Number of members.
    pub members: i64,
}

impl Town {
    /// Returns the circle that `member` belongs to.
    pub fn circle_of(self, member: i64) -> Range<i64> {
        let first = member - member % CIRCLE;
        first..(first + CIRCLE).min(self.members)
    }

    /// Whether one member follows another.
    pub fn follows(self, follower: i64, followee: i64) -> bool {
        if follower == followee {
            return false;
        }
        let known = self.circle_of(follower).contains(&followee)
            && self.follows_in_circle(follower, followee);
        known || self.follows_famous(follower, followee)
    }

    /// Whether two members follow each other.
    pub fn are_friends(self, one: i64, other: i64) -> bool {
        self.follows(one, other) && self.follows(other, one)
    }

    /// Returns whom `member` follows, ascending.
    pub fn followees(self, member: i64) -> impl Iterator<Item = i64> {
        let famous = famous_of(member);
        let circle = self.circle_of(member);
        let outside = Some(famous).filter(|famous| *famous < circle.start);
        outside
            .into_iter()
            .chain(circle)
            .filter(move |other| self.follows(member, *other))
    }

    /// Whether a member follows another of the same circle: 45 % of the pairs are friends, in 10 % each only one of the
    /// two follows.
    fn follows_in_circle(self, follower: i64, followee: i64) -> bool {
        let (low, high) = (follower.min(followee), follower.max(followee));
        match Random::of(self.seed, PAIR, low, high).below(100) {
            0..45 => true,
            45..55 => follower < followee,
            55..65 => follower > followee,
            _ => false,
        }
    }

    /// Whether a member follows the town's famous member.
    fn follows_famous(self, follower: i64, followee: i64) -> bool {
        famous_of(follower) == followee
            && Random::of(self.seed, FAMOUS, follower, followee).percent(25)
    }
}

/// Returns the famous member of a member's town: its first.
fn famous_of(member: i64) -> i64 {
    member - member % TOWN
}
