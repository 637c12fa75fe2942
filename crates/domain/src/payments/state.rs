//! Payment states and their names.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// The state of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PaymentState {
    /// Stored; the provider may not know of it.
    Created,
    /// Registered at the provider, which waits for the payer.
    Ready,
    /// The provider was asked to charge the payer; the outcome is unknown until a definite response.
    Approving,
    /// The payer chose to transfer the money later, to an account that the provider watches.
    AwaitingDeposit,
    /// Charged; not yet attached to a support.
    Approved,
    /// Attached to a support, and counted in its funding's total.
    Attached,
    /// A refund has begun; its own state tells how far it is.
    Refunding,
    /// Partly refunded.
    PartlyRefunded,
    /// Fully refunded.
    Refunded,
    /// Declined; nothing was charged.
    Failed,
    /// The payer did not finish in time; nothing was charged.
    Expired,
    /// The payer cancelled; nothing was charged, or everything was refunded before we recorded it.
    Cancelled,
}

/// The text is not the name of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("is not a payment state")]
pub struct InvalidState;

impl PaymentState {
    /// All states, in the order in which a payment may pass through them.
    pub const ALL: [Self; 12] = [
        Self::Created,
        Self::Ready,
        Self::Approving,
        Self::AwaitingDeposit,
        Self::Approved,
        Self::Attached,
        Self::Refunding,
        Self::PartlyRefunded,
        Self::Refunded,
        Self::Failed,
        Self::Expired,
        Self::Cancelled,
    ];

    /// Whether the payer was charged, whatever has been refunded since.
    pub const fn is_charged(self) -> bool {
        matches!(
            self,
            Self::Approved
                | Self::Attached
                | Self::Refunding
                | Self::PartlyRefunded
                | Self::Refunded
        )
    }

    /// Whether the payer was charged, and we keep all or a part of it.
    pub const fn is_kept(self) -> bool {
        matches!(self, Self::Approved | Self::Attached | Self::PartlyRefunded)
    }

    /// Whether the payer can still finish it, or its outcome is not known yet.
    pub const fn is_open(self) -> bool {
        matches!(
            self,
            Self::Created | Self::Ready | Self::Approving | Self::AwaitingDeposit
        )
    }

    /// Whether no charge is recorded: money may yet be found, even after it was closed.
    pub const fn is_unpaid(self) -> bool {
        self.is_open() || self.is_closed()
    }

    /// Whether it ended without a charge that we know of.
    pub const fn is_closed(self) -> bool {
        matches!(self, Self::Failed | Self::Expired | Self::Cancelled)
    }

    /// The word in the database and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Ready => "ready",
            Self::Approving => "approving",
            Self::AwaitingDeposit => "awaiting_deposit",
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
