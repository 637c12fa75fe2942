//! Amounts in Korean won (KRW): whole, non-negative, 64-bit integers, never floats.

use std::fmt;

use thiserror::Error;

/// An amount in won, zero or more. Arithmetic is checked: overflow is an error and never wraps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Won(i64);

/// Why a number is not an allowed amount; the message states the rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum MoneyError {
    /// Below zero.
    #[error("must not be negative")]
    Negative,
    /// Outside the allowed range.
    #[error("must be between {min} and {max} won")]
    OutOfBounds {
        /// Smallest amount allowed, in won.
        min: i64,
        /// Largest amount allowed, in won.
        max: i64,
    },
    /// The result does not fit into 64 bits or is negative.
    #[error("the amount is out of range")]
    Overflow,
}

impl Won {
    /// Zero won.
    pub const ZERO: Self = Self(0);

    /// An amount of whole won.
    ///
    /// # Errors
    /// [`MoneyError::Negative`] below zero.
    pub const fn new(won: i64) -> Result<Self, MoneyError> {
        if won < 0 {
            Err(MoneyError::Negative)
        } else {
            Ok(Self(won))
        }
    }

    /// The amount in whole won.
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether the amount is zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] beyond 64 bits.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.0
            .checked_add(other.0)
            .map(Self)
            .ok_or(MoneyError::Overflow)
    }

    /// The difference.
    ///
    /// # Errors
    /// [`MoneyError::Overflow`] below zero.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        match self.0.checked_sub(other.0) {
            Some(rest) if rest >= 0 => Ok(Self(rest)),
            _ => Err(MoneyError::Overflow),
        }
    }

    fn within(won: i64, min: i64, max: i64) -> Result<Self, MoneyError> {
        if (min..=max).contains(&won) {
            Ok(Self(won))
        } else {
            Err(MoneyError::OutOfBounds { min, max })
        }
    }
}

impl fmt::Display for Won {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.0.to_string();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        f.write_str("원")
    }
}

/// The amount a funding aims to collect: 1,000 to 10,000,000 won.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goal(Won);

impl Goal {
    /// Smallest goal, in won.
    pub const MIN: i64 = 1_000;
    /// Largest goal, in won.
    pub const MAX: i64 = 10_000_000;

    /// An amount of whole won within the bounds.
    ///
    /// # Errors
    /// [`MoneyError::OutOfBounds`] outside them.
    pub fn new(won: i64) -> Result<Self, MoneyError> {
        Won::within(won, Self::MIN, Self::MAX).map(Self)
    }

    /// The amount in won.
    pub const fn won(self) -> Won {
        self.0
    }
}

/// The amount of one support: 1,000 to 1,000,000 won.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SupportAmount(Won);

impl SupportAmount {
    /// Smallest support, in won.
    pub const MIN: i64 = 1_000;
    /// Largest support, in won.
    pub const MAX: i64 = 1_000_000;

    /// An amount of whole won within the bounds.
    ///
    /// # Errors
    /// [`MoneyError::OutOfBounds`] outside them.
    pub fn new(won: i64) -> Result<Self, MoneyError> {
        Won::within(won, Self::MIN, Self::MAX).map(Self)
    }

    /// The amount in won.
    pub const fn won(self) -> Won {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bounds_are_inclusive() {
        assert!(Goal::new(999).is_err());
        assert!(Goal::new(1_000).is_ok());
        assert!(Goal::new(10_000_000).is_ok());
        assert!(Goal::new(10_000_001).is_err());
        assert!(SupportAmount::new(0).is_err());
        assert!(SupportAmount::new(1_000_000).is_ok());
        assert!(SupportAmount::new(1_000_001).is_err());
    }

    #[test]
    fn a_difference_below_zero_is_refused() {
        let (one, two) = (Won(1), Won(2));
        assert_eq!(one.minus(two), Err(MoneyError::Overflow));
        assert_eq!(two.minus(one), Ok(one));
    }

    #[test]
    fn amounts_are_shown_with_separators() {
        assert_eq!(Won(0).to_string(), "0원");
        assert_eq!(Won(1_234_567).to_string(), "1,234,567원");
        assert_eq!(Won(100_000).to_string(), "100,000원");
    }

    proptest! {
        #[test]
        fn sums_and_differences_undo_each_other(a in 0..i64::MAX / 2, b in 0..i64::MAX / 2) {
            let (a, b) = (Won(a), Won(b));
            prop_assert_eq!(a.plus(b).and_then(|sum| sum.minus(b)), Ok(a));
        }
    }
}
