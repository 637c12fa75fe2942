//! States of a refund.
//!
//! ```text
//! requested → sent → done | parked | stopped
//!               ├→ pending | declined | unclear → sent | done | parked | stopped
//! parked → done | stopped
//! ```

/// How far a refund is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RefundState {
    /// Begun; the provider has not been asked.
    Requested,
    /// The provider is being asked.
    Sent,
    /// The provider has accepted it, and makes it later.
    Pending,
    /// The provider has not made it, and may when it is asked by another request.
    Declined,
    /// The provider was asked and its answer proves nothing; a look-up decides.
    Unclear,
    /// The money is back.
    Done,
    /// The provider refuses for good, or has refunded another amount: a person decides.
    Parked,
    /// Ended without having moved money; what was left to refund is in another refund.
    Stopped,
}

impl RefundState {
    /// All states.
    pub const ALL: [Self; 8] = [
        Self::Requested,
        Self::Sent,
        Self::Pending,
        Self::Declined,
        Self::Unclear,
        Self::Done,
        Self::Parked,
        Self::Stopped,
    ];

    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Sent => "sent",
            Self::Pending => "pending",
            Self::Declined => "declined",
            Self::Unclear => "unclear",
            Self::Done => "done",
            Self::Parked => "parked",
            Self::Stopped => "stopped",
        }
    }

    /// Parses what [`RefundState::as_str`] returns; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether the money is still to be refunded.
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Done | Self::Stopped)
    }

    /// Whether the state may be followed by `next`.
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Requested => matches!(next, Self::Sent | Self::Done | Self::Parked),
            Self::Sent => !matches!(next, Self::Requested),
            Self::Pending | Self::Declined | Self::Unclear => {
                matches!(next, Self::Sent | Self::Done | Self::Parked | Self::Stopped)
            }
            Self::Parked => matches!(next, Self::Done | Self::Stopped),
            Self::Done | Self::Stopped => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::RefundState;

    #[test]
    fn every_state_is_parsed_from_its_word() {
        for state in RefundState::ALL {
            assert_eq!(RefundState::parse(state.as_str()), Some(state));
        }
        assert_eq!(RefundState::parse("refused"), None);
    }

    #[test]
    fn every_open_state_can_end_and_no_ended_one_changes() {
        for state in RefundState::ALL {
            let can_end = state.may_become(RefundState::Done);
            assert_eq!(can_end, state.is_open(), "{state:?}");
            let can_change = RefundState::ALL
                .into_iter()
                .any(|next| state.may_become(next));
            assert_eq!(can_change, state.is_open(), "{state:?}");
        }
    }
}
