//! Reproducible pseudorandom numbers: SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number
//! generators", 2014). Good enough for demo data; not for secrets.

/// A pseudorandom stream, determined by its seed.
pub struct Random(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Random {
    /// Returns the stream for one object: its `kind` (any constant) and numbers. Streams are independent, so objects
    /// can be generated in any order.
    pub fn of(seed: u64, kind: u64, first: i64, second: i64) -> Self {
        let mut state = Self(seed ^ kind.wrapping_mul(STEP));
        for number in [first, second] {
            state.0 = state.number() ^ number.cast_unsigned();
        }
        Self(state.number())
    }

    /// Returns the next 64 bits.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number from 0 to below `bound`; a bound below 1 counts as 1.
    pub fn below(&mut self, bound: i64) -> i64 {
        // The modulo bias is negligible: 63 bits, and bounds of at most about 2^40.
        (self.number() >> 1).cast_signed() % bound.max(1)
    }

    /// Returns true with a probability of `percent`.
    pub fn percent(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    /// Picks one of `choices`, which must not be empty.
    pub fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        let count = i64::try_from(choices.len()).expect("a list of choices is short");
        let at = usize::try_from(self.below(count)).expect("a choice is never negative");
        choices[at]
    }
}
