//! Generates invented fundings and their supports.

use funsun_domain::money::Goal;
use funsun_domain::time::Timestamp;

use super::random::Random;
use super::town::Town;
use super::words::{AMOUNTS, GIFTS, MESSAGES, OCCASIONS, PROMISES, REASONS, REVIEWS};

const FUNDING: u64 = 4;
const SUPPORT: u64 = 5;
const DAY_SECONDS: i64 = 86_400;

/// Creation times of fundings are spread evenly over this many days until now.
const PERIOD_DAYS: i64 = 390;

/// A funding with its supports; members are given by their numbers.
#[derive(Clone, Debug)]
pub struct DemoFunding {
    /// The author.
    pub author: i64,
    /// Public, or friends-only.
    pub public: bool,
    /// An occasion and a gift.
    pub title: String,
    /// Two sentences.
    pub content: String,
    /// In won.
    pub goal: i64,
    /// Creation time.
    pub created_at: Timestamp,
    /// One week to two months later.
    pub deadline_at: Timestamp,
    /// The author's thank-you; most ended fundings with supports have one.
    pub review: Option<&'static str>,
    /// In order of time.
    pub supports: Vec<DemoSupport>,
}

/// A support; its payment has the same payer, amount and time.
#[derive(Clone, Copy, Debug)]
pub struct DemoSupport {
    /// The supporter.
    pub author: i64,
    /// In won.
    pub amount: i64,
    /// The message.
    pub message: &'static str,
    /// Creation time.
    pub created_at: Timestamp,
}

/// Generates fundings by their number.
#[derive(Clone, Copy, Debug)]
pub struct Generator {
    /// The members' follows.
    pub town: Town,
    /// Total number of fundings.
    pub count: i64,
    /// The current time.
    pub now: Timestamp,
}

impl Generator {
    /// Generates the funding with this number and number of supports.
    pub fn generate(self, number: i64, supports: i64) -> DemoFunding {
        let mut random = Random::of(self.town.seed, FUNDING, number, 0);
        let author = random.below(self.town.members);
        let has_friends = self.some_friend(author, author).is_some();
        let (gift, price) = random.pick(GIFTS);
        let period = PERIOD_DAYS * DAY_SECONDS;
        let age = period - period / self.count.max(1) * number;
        let created_at = self.now.plus_seconds(-age);
        let run = (random.below(54) + 7) * DAY_SECONDS + random.below(DAY_SECONDS);
        let deadline_at = created_at.plus_seconds(run);
        let mut funding = DemoFunding {
            author,
            public: !(random.percent(20) && has_friends),
            title: format!("{} {gift}", random.pick(OCCASIONS)),
            content: format!("{} {}", random.pick(REASONS), random.pick(PROMISES)),
            goal: (price + random.below(10) * 1_000).clamp(Goal::MIN, Goal::MAX),
            created_at,
            deadline_at,
            review: None,
            supports: Vec::new(),
        };
        funding.supports = self.supports(&funding, number, supports);
        let thanked = deadline_at < self.now && !funding.supports.is_empty();
        funding.review = (thanked && random.percent(60)).then(|| random.pick(REVIEWS));
        funding
    }

    fn supports(self, funding: &DemoFunding, number: i64, count: i64) -> Vec<DemoSupport> {
        let mut random = Random::of(self.town.seed, SUPPORT, number, 0);
        let end = funding.deadline_at.min(self.now);
        let seconds = (end.seconds() - funding.created_at.seconds()).max(1);
        let mut times: Vec<i64> = (0..count).map(|_| random.below(seconds)).collect();
        times.sort_unstable();
        let give = |after| DemoSupport {
            author: self.supporter(funding, &mut random),
            amount: random.pick(AMOUNTS),
            message: random.pick(MESSAGES),
            created_at: funding.created_at.plus_seconds(after),
        };
        times.into_iter().map(give).collect()
    }

    /// Picks a friend for a friends-only funding; otherwise mostly a member of the author's circle.
    fn supporter(self, funding: &DemoFunding, random: &mut Random) -> i64 {
        let circle = self.town.circle_of(funding.author);
        let near = circle.start + random.below(circle.end - circle.start);
        let far = random.below(self.town.members);
        if !funding.public {
            return self
                .some_friend(funding.author, near)
                .expect("only an author with friends has a friends-only funding");
        }
        let known = random.percent(80) && near != funding.author;
        let chosen = if known { near } else { far };
        if chosen == funding.author {
            // The author can't support the own funding; the next member is as random.
            (chosen + 1) % self.town.members
        } else {
            chosen
        }
    }

    /// Returns the first friend of `author` in their circle from `start` on, wrapping around.
    fn some_friend(self, author: i64, start: i64) -> Option<i64> {
        let circle = self.town.circle_of(author);
        (start..circle.end)
            .chain(circle.start..start)
            .find(|other| self.town.are_friends(author, *other))
    }
}

/// Distributes an exact number of supports over the fundings: most get few, some none, a few very many.
#[derive(Clone, Copy, Debug)]
pub struct SupportDistribution {
    /// Supports not yet distributed.
    pub supports: i64,
    /// Fundings without a share yet.
    pub fundings: i64,
}

impl SupportDistribution {
    /// Returns the number of supports of the next funding. The mean follows the remainder, so that none are left over.
    pub fn next(&mut self, random: &mut Random) -> i64 {
        let hundredths = match random.below(100) {
            0..30 => 0,
            30..80 => 80,
            80..97 => 200,
            _ => 870,
        };
        let share = if self.fundings <= 1 {
            self.supports
        } else {
            let scale = 100 * self.fundings;
            let whole = self.supports * hundredths / scale;
            let rest = self.supports * hundredths % scale;
            whole + i64::from(random.below(scale) < rest)
        };
        let share = share.clamp(0, self.supports);
        self.supports -= share;
        self.fundings -= 1;
        share
    }
}
