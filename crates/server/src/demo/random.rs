//! Chance that can be repeated: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
//! generators", 2014). Good enough to invent people with, and no use for anything secret.

/// A stream of numbers that its seed decides.
pub struct Random(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// The stream of one thing: of the `kind` (any constant), by its numbers. Streams of different things
    /// have nothing in common, so each can be drawn on its own.
    pub fn of(seed: u64, kind: u64, first: i64, second: i64) -> Self {
        let mut state = Self(seed ^ kind.wrapping_mul(STEP));
        for number in [first, second] {
            state.0 = state.number() ^ number.cast_unsigned();
        }
        Self(state.number())
    }

    /// The next 64 bits.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, and without, `bound`, which is taken as 1 when lower.
    pub fn below(&mut self, bound: i64) -> i64 {
        // 63 bits against bounds of at most some 2^40: what the remainder prefers does not show.
        (self.number() >> 1).cast_signed() % bound.max(1)
    }

    /// True in `percent` of a hundred cases.
    pub fn percent(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    /// One of `choices`, of which there must be some.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        let count = i64::try_from(choices.len()).expect("a list of choices is short");
        let at = usize::try_from(self.below(count)).expect("a choice is never negative");
        choices[at]
    }
}
