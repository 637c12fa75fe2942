//! The states by name.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentState {
    /// Written down; the provider may not know of it.
    Created,
    /// The provider has it and waits for the payer.
    Ready,
    /// We asked the provider to take the money; until an answer is certain, the outcome is unknown.
    Approving,
    /// The money was taken; no support has it yet.
    Approved,
    /// A support has it; the funding's total counts it.
    Attached,
    /// We ask the provider to give money back; until an answer is certain, the outcome is unknown.
    Refunding,
    /// A part was given back.
    PartlyRefunded,
    /// All was given back.
    Refunded,
    /// Refused; nothing was charged.
    Failed,
    /// The payer did not finish in time; nothing was charged.
    Expired,
    /// The payer stopped; nothing was charged, or all came back before we knew.
    Cancelled,
}

/// The text names no state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("is not a payment state")]
pub struct InvalidState;

impl PaymentState {
    /// All states, in the order a payment goes through them.
    pub const ALL: [Self; 11] = [
        Self::Created,
        Self::Ready,
        Self::Approving,
        Self::Approved,
        Self::Attached,
        Self::Refunding,
        Self::PartlyRefunded,
        Self::Refunded,
        Self::Failed,
        Self::Expired,
        Self::Cancelled,
    ];

    /// The word in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Ready => "ready",
            Self::Approving => "approving",
            Self::Approved => "approved",
            Self::Attached => "attached",
            Self::Refunding => "refunding",
            Self::PartlyRefunded => "partly_refunded",
            Self::Refunded => "refunded",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Cancelled => "cancelled",
        }
    }
}

impl fmt::Display for PaymentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for PaymentState {
    type Err = InvalidState;

    fn from_str(text: &str) -> Result<Self, InvalidState> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or(InvalidState)
    }
}
