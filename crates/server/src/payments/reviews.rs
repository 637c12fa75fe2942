//! Payments that need a person: why, since when, and how they were resolved.

pub use super::reviews_sql::{Review, count_open, list_open, open, resolve};

/// Why a payment needs a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReviewReason {
    /// For a day the provider could not say whether the money was taken.
    Unclear,
    /// The provider refuses the refund for good, or has refunded another amount.
    RefundRefused,
    /// For a day the provider could not say whether the refund was made, or it has been under way for a week.
    RefundUnclear,
    /// A part was refunded at the provider, not by us.
    PartlyRefundedAtProvider,
    /// Recorded as charged, but the provider's record says otherwise.
    NotAtProvider,
    /// The money is not settled, and the provider will soon refuse to refund it.
    WindowEnds,
    /// Its row can't be read.
    Unreadable,
}

impl ReviewReason {
    /// The word in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unclear => "unclear",
            Self::RefundRefused => "refund_refused",
            Self::RefundUnclear => "refund_unclear",
            Self::PartlyRefundedAtProvider => "partly_refunded_at_provider",
            Self::NotAtProvider => "not_at_provider",
            Self::WindowEnds => "window_ends",
            Self::Unreadable => "unreadable",
        }
    }
}
