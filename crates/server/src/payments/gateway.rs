//! What a payment provider must be able to do. One trait, wide enough for KakaoPay and for the Korean
//! gateways that capture on the server (Toss Payments) or merely report (PortOne).
//!
//! "We cannot know" is a result of its own everywhere, and only a look-up resolves it.

use std::future::Future;
use std::pin::Pin;

use funsun_domain::money::Won;

/// An answer that comes later.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A payment to announce to the provider.
#[derive(Clone, Copy, Debug)]
pub struct NewOrder<'a> {
    /// Our number for it, unique.
    pub order: &'a str,
    /// Our opaque name for the payer; no personal data.
    pub payer: &'a str,
    /// What the payer agreed to pay.
    pub amount: Won,
    /// Shown to the payer.
    pub item_name: &'a str,
    /// Where the payer comes back.
    pub return_urls: &'a ReturnUrls,
}

/// Where the provider sends the payer back to.
#[derive(Clone, Debug)]
pub struct ReturnUrls {
    /// After paying.
    pub approved: String,
    /// After giving up.
    pub cancelled: String,
    /// After a failure or too long a time.
    pub failed: String,
}

/// A payment that the provider knows.
#[derive(Clone, Copy, Debug)]
pub struct KnownOrder<'a> {
    /// The provider's number for it.
    pub reference: &'a str,
    /// Our number for it.
    pub order: &'a str,
    /// Our opaque name for the payer.
    pub payer: &'a str,
    /// What the payer agreed to pay; never taken from a callback.
    pub amount: Won,
}

/// The provider has taken note of a new order.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The provider's number for it.
    pub reference: String,
    /// Where an app's web view sends the payer.
    pub app_url: String,
    /// Where a phone's browser sends the payer.
    pub mobile_url: String,
    /// Where a desktop browser sends the payer.
    pub desktop_url: String,
}

/// What came of asking the provider to take the money.
#[derive(Clone, Debug)]
pub enum Confirmation {
    /// The money was taken, exactly what was agreed.
    Approved,
    /// The provider says no. That alone does not prove that nothing was taken; only a look-up does. The note
    /// is for the operator.
    Refused(String),
    /// Anything else; only a look-up tells. The note is for the operator.
    Unclear(String),
}

/// What came of asking the provider to give money back.
#[derive(Clone, Debug)]
pub enum Refunding {
    /// It was given back.
    Done,
    /// Anything else; only a look-up tells. The note is for the operator.
    Unclear(String),
}

/// What the provider's book says about an order that is ours, amount included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// Where it stands.
    pub standing: Standing,
    /// What was given back so far.
    pub refunded: Won,
}

/// Where an order stands in the provider's book.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The payer may still finish; nothing was taken.
    Pending,
    /// The money was taken; a part may have been given back.
    Paid,
    /// All of it was given back, or the order was cancelled before.
    Cancelled,
    /// Nothing was taken and nothing will be.
    Failed,
}

/// The provider can't be asked, or its answer can't be trusted; the note is for the operator.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct GatewayError(pub String);

/// A payment provider.
pub trait PaymentGateway: Send + Sync {
    /// Announces an order. An error charges nobody: without the provider's number nothing can be taken.
    fn prepare<'a>(&'a self, order: NewOrder<'a>) -> Later<'a, Result<Prepared, GatewayError>>;

    /// Asks to take the money. `proof` is what the payer's browser brought back.
    fn confirm<'a>(&'a self, order: KnownOrder<'a>, proof: &'a str) -> Later<'a, Confirmation>;

    /// Asks the provider's book. Errors unless the entry is this order with this amount, in a state we know.
    fn look_up<'a>(&'a self, order: KnownOrder<'a>) -> Later<'a, Result<Lookup, GatewayError>>;

    /// Asks to give `part` back, provided that `refundable` is still left before it: the provider refuses
    /// otherwise, which keeps one refund from happening twice.
    fn refund<'a>(
        &'a self,
        order: KnownOrder<'a>,
        part: Won,
        refundable: Won,
    ) -> Later<'a, Refunding>;
}
