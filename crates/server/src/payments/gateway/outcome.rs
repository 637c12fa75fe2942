//! What a provider answers.

use funsun_domain::money::Won;
use funsun_domain::time::Timestamp;

/// The provider's record of a captured payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The provider's id of the order; may be `None` where it was told before.
    pub reference: Option<String>,
    /// Refunded so far.
    pub refunded: Won,
    /// Being refunded: asked for, and not complete.
    pub refunding: Won,
    /// How the payer paid, in the provider's words, at most 40 characters.
    pub method: Option<String>,
    /// How long after the approval the provider refunds it, in days.
    pub refund_days: i64,
}

/// The outcome of a request to capture the money.
#[derive(Clone, Debug)]
pub enum Confirmation {
    /// Exactly the agreed amount was captured.
    Paid(Standing),
    /// The payer transfers the money until this time.
    AwaitingDeposit(Timestamp),
    /// The provider refused. That alone does not prove that nothing was captured; only a look-up does. The
    /// note is for the operator.
    Refused(String),
    /// Anything else; only a look-up resolves it. The note is for the operator.
    Unclear(String),
}

/// The state of an order at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The provider knows no such order: nothing was captured.
    Absent,
    /// The payer may still finish; nothing was captured.
    Open,
    /// The payer transfers the money until this time; nothing was captured.
    AwaitingDeposit(Timestamp),
    /// The money was captured; a part may have been refunded.
    Paid(Standing),
    /// Everything was refunded.
    Refunded(Standing),
    /// Cancelled before anything was captured.
    Cancelled,
    /// Nothing was captured and nothing will be.
    Failed,
    /// The same, since the payer did not finish in time.
    Expired,
    /// A state that we don't know: it proves nothing, not even that nothing was captured.
    Unknown(String),
}

/// The outcome of a refund request.
#[derive(Clone, Debug)]
pub enum RefundOutcome {
    /// The money was refunded.
    Done,
    /// The provider refunds it later; a look-up tells when it has. The note is for the operator.
    Pending(String),
    /// The provider will not refund it, however often it is asked. The note is for the operator.
    Refused(String),
    /// The provider did not refund it now; it may later. The note is for the operator.
    Declined(String),
    /// Anything else; only a look-up resolves it. The note is for the operator.
    Unclear(String),
}

/// Why a provider's answer says nothing; the note is for the operator.
#[derive(Clone, Debug, thiserror::Error)]
pub enum GatewayError {
    /// The provider can't be reached, or fails.
    #[error("{0}")]
    Unreachable(String),
    /// It answered, and its answer can't be trusted, or is a refusal.
    #[error("{0}")]
    Unusable(String),
}
