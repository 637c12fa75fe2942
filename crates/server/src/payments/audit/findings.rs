//! What an audit has found.

use std::fmt;

/// Most differences that are kept; all are counted.
const SHOWN_MAX: usize = 100;

/// Two values that should be equal and are not.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The subject, such as `funding 7`.
    pub subject: String,
    /// What was compared.
    pub what: &'static str,
    /// The expected value.
    pub expected: String,
    /// The actual value.
    pub found: String,
}

/// The result of an audit.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Payments read.
    pub payments: u64,
    /// Payments compared with their provider's record.
    pub looked_up: u64,
    /// Payments that should have been compared and could not: the provider was not reached, or its account is not
    /// configured.
    pub not_compared: u64,
    /// Demo payments, which no provider has.
    pub invented: u64,
    /// Payments whose outcome is not certain yet; the sweeper settles them.
    pub unsettled: u64,
    /// The money that providers hold for us according to our ledger, in won.
    pub held: i128,
    /// The first differences.
    pub shown: Vec<Difference>,
    /// How many differences there are.
    pub differences: u64,
}

impl Findings {
    /// Adds a difference unless the values are equal.
    pub fn compare(
        &mut self,
        subject: impl fmt::Display,
        what: &'static str,
        expected: impl fmt::Display,
        found: impl fmt::Display,
    ) {
        let (expected, found) = (expected.to_string(), found.to_string());
        if expected != found {
            self.add(Difference {
                subject: subject.to_string(),
                what,
                expected,
                found,
            });
        }
    }

    /// Adds a difference.
    pub fn add(&mut self, difference: Difference) {
        self.differences += 1;
        if self.shown.len() < SHOWN_MAX {
            self.shown.push(difference);
        }
    }
}
