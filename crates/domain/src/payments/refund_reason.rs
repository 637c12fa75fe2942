//! Reasons of a refund.

/// Why a payment is refunded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefundReason {
    /// The payment was not attached to a support in time.
    NeverAttached,
    /// The funding ended, or its author was suspended, before the support could be accepted.
    FundingClosed,
    /// The funding was deleted.
    FundingDeleted,
    /// The supporter took the support back.
    TakenBack,
    /// The payer's membership ended.
    PayerLeft,
    /// The funding has collected as much as a public funding may.
    FundingFull,
    /// The money was refunded at the provider, not by us.
    AtProvider,
}

impl RefundReason {
    const ALL: [Self; 7] = [
        Self::NeverAttached,
        Self::FundingClosed,
        Self::FundingDeleted,
        Self::TakenBack,
        Self::PayerLeft,
        Self::FundingFull,
        Self::AtProvider,
    ];

    /// The word in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NeverAttached => "never_attached",
            Self::FundingClosed => "funding_closed",
            Self::FundingDeleted => "funding_deleted",
            Self::TakenBack => "taken_back",
            Self::PayerLeft => "payer_left",
            Self::FundingFull => "funding_full",
            Self::AtProvider => "at_provider",
        }
    }

    /// Parses what [`RefundReason::as_str`] returns; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text)
    }
}

#[cfg(test)]
mod tests {
    use super::RefundReason;

    #[test]
    fn every_reason_is_parsed_from_its_word() {
        for reason in RefundReason::ALL {
            assert_eq!(RefundReason::parse(reason.as_str()), Some(reason));
        }
        assert_eq!(RefundReason::parse("never"), None);
    }
}
