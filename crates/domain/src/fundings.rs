//! Fundings: who may see one, and until when it accepts supports.

use thiserror::Error;

use crate::time::Timestamp;

/// Who may see a funding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// Every member, and visitors without a login.
    Public,
    /// The author and the author's friends: accounts that follow the author and are followed back.
    FriendsOnly,
}

impl Audience {
    /// From the API's `public` field.
    pub const fn from_public(public: bool) -> Self {
        if public {
            Self::Public
        } else {
            Self::FriendsOnly
        }
    }

    /// The API's `public` field.
    pub const fn is_public(self) -> bool {
        matches!(self, Self::Public)
    }
}

/// The time from which a funding accepts no more supports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Timestamp);

/// Why a time can't be a deadline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DeadlineError {
    /// Not after now.
    #[error("must be in the future")]
    Past,
    /// More than [`Deadline::DAYS_MAX`] days ahead.
    #[error("must be at most {} days ahead", Deadline::DAYS_MAX)]
    TooFar,
}

impl Deadline {
    /// Longest duration of a funding, in days: the app offers up to the same date next year.
    pub const DAYS_MAX: i64 = 367;

    /// A deadline after `now`, by at most [`Self::DAYS_MAX`] days.
    ///
    /// # Errors
    /// [`DeadlineError`] for any other time.
    pub fn new(at: Timestamp, now: Timestamp) -> Result<Self, DeadlineError> {
        if at <= now {
            Err(DeadlineError::Past)
        } else if at > now.plus_seconds(Self::DAYS_MAX * 86_400) {
            Err(DeadlineError::TooFar)
        } else {
            Ok(Self(at))
        }
    }

    /// The deadline as a timestamp.
    pub const fn at(self) -> Timestamp {
        self.0
    }
}

/// What decides whether a funding accepts a support from a member who can see it.
#[derive(Clone, Copy, Debug)]
pub struct SupportFacts {
    /// The payer is the funding's author.
    pub own: bool,
    /// The author deleted the funding, or was suspended.
    pub hidden: bool,
    /// When the funding ends.
    pub deadline: Timestamp,
}

/// Why a funding accepts no support.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SupportRefusal {
    /// The author can't support their own funding.
    #[error("you can't support your own funding")]
    Own,
    /// Deleted, or its author was suspended.
    #[error("this funding takes no more supports")]
    Closed,
    /// The deadline has passed.
    #[error("this funding has ended")]
    Ended,
    /// It has collected nearly as much as a public funding may: this much more, in won.
    #[error("this funding takes at most {0} won more")]
    Full(i64),
}

/// Decides whether a funding accepts a support at `now`.
///
/// # Errors
/// [`SupportRefusal`] when it does not.
pub fn accepts_support(facts: SupportFacts, now: Timestamp) -> Result<(), SupportRefusal> {
    if facts.own {
        Err(SupportRefusal::Own)
    } else if facts.hidden {
        Err(SupportRefusal::Closed)
    } else if facts.deadline <= now {
        Err(SupportRefusal::Ended)
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_800_000_000_000_000);

    #[test]
    fn a_deadline_lies_within_the_next_367_days() {
        assert_eq!(Deadline::new(NOW, NOW), Err(DeadlineError::Past));
        assert!(Deadline::new(NOW.plus_seconds(1), NOW).is_ok());
        assert!(Deadline::new(NOW.plus_seconds(367 * 86_400), NOW).is_ok());
        assert_eq!(
            Deadline::new(NOW.plus_seconds(367 * 86_400 + 1), NOW),
            Err(DeadlineError::TooFar)
        );
    }

    #[test]
    fn a_support_is_refused_with_its_reason() {
        let open = SupportFacts {
            own: false,
            hidden: false,
            deadline: NOW.plus_seconds(1),
        };
        assert_eq!(accepts_support(open, NOW), Ok(()));
        assert_eq!(
            accepts_support(open, open.deadline),
            Err(SupportRefusal::Ended)
        );
        let own = SupportFacts { own: true, ..open };
        assert_eq!(accepts_support(own, NOW), Err(SupportRefusal::Own));
        let closed = SupportFacts {
            hidden: true,
            ..open
        };
        assert_eq!(accepts_support(closed, NOW), Err(SupportRefusal::Closed));
    }
}
