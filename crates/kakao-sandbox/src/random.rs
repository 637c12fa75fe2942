//! Unguessable identifiers, and a seeded generator for reproducible faults.

/// `length` lowercase hex digits from the operating system's random generator.
pub(crate) fn random_hex(length: usize) -> String {
    let mut bytes = vec![0_u8; length.div_ceil(2)];
    getrandom::fill(&mut bytes).expect("the operating system provides random bytes");
    let mut text = hex::encode(bytes);
    text.truncate(length);
    text
}

/// SplitMix64: the same seed reproduces the same faults.
pub(crate) struct SeededRng(u64);

impl SeededRng {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below 100.
    pub(crate) fn percent(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % 100
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_hex_has_the_requested_length_and_differs() {
        assert_eq!(random_hex(19).len(), 19);
        assert_ne!(random_hex(32), random_hex(32));
    }

    #[test]
    fn the_same_seed_gives_the_same_sequence() {
        let draw = |seed| {
            let mut seeded = SeededRng::new(seed);
            (0..50).map(|_| seeded.percent()).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
    }
}
