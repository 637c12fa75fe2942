//! Supports: what a payment is made for.

use crate::ids::FundingId;
use crate::money::SupportAmount;
use crate::text::SupportMessage;

/// What a supporter agreed to: which funding, how much, with which message.
#[derive(Clone, Debug)]
pub struct SupportTerms {
    /// The funding that is supported.
    pub funding: FundingId,
    /// How much, in won.
    pub amount: SupportAmount,
    /// The message shown with the support.
    pub message: SupportMessage,
}
