//! The interface to payment providers: one trait, general enough for KakaoPay and for the Korean
//! gateways that capture on the server (Toss Payments) or merely report (PortOne).
//!
//! An unclear outcome is a case of its own everywhere, and only a look-up resolves it.

use funsun_domain::money::Won;
use futures_util::future::BoxFuture;

/// A payment to register with the provider.
#[derive(Clone, Copy, Debug)]
pub struct NewOrder<'a> {
    /// Our order reference, unique.
    pub order: &'a str,
    /// Our opaque id for the payer; no personal data.
    pub payer: &'a str,
    /// What the payer agreed to pay.
    pub amount: Won,
    /// Shown to the payer.
    pub item_name: &'a str,
    /// Where the provider redirects the payer afterwards.
    pub return_urls: &'a ReturnUrls,
}

/// Where the provider redirects the payer.
#[derive(Clone, Debug)]
pub struct ReturnUrls {
    /// After paying.
    pub approved: String,
    /// After cancelling.
    pub cancelled: String,
    /// After a failure or a timeout.
    pub failed: String,
}

/// A payment that is registered with the provider.
#[derive(Clone, Copy, Debug)]
pub struct ProviderOrder<'a> {
    /// The provider's id for it.
    pub reference: &'a str,
    /// Our order reference.
    pub order: &'a str,
    /// Our opaque id for the payer.
    pub payer: &'a str,
    /// What the payer agreed to pay; never taken from a callback.
    pub amount: Won,
}

/// A new order, registered with the provider.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The provider's id for it.
    pub reference: String,
    /// The payment page for an app's web view.
    pub app_url: String,
    /// The payment page for a mobile browser.
    pub mobile_url: String,
    /// The payment page for a desktop browser.
    pub desktop_url: String,
}

/// The outcome of a request to capture the money.
#[derive(Clone, Debug)]
pub enum Confirmation {
    /// Exactly the agreed amount was captured.
    Approved,
    /// The provider refused. That alone does not prove that nothing was captured; only a look-up does. The
    /// note is for the operator.
    Refused(String),
    /// Anything else; only a look-up resolves it. The note is for the operator.
    Unclear(String),
}

/// The outcome of a refund request.
#[derive(Clone, Debug)]
pub enum RefundOutcome {
    /// The money was refunded.
    Done,
    /// Anything else; only a look-up resolves it. The note is for the operator.
    Unclear(String),
}

/// The provider's record of an order, verified to be ours and of the same amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lookup {
    /// Its state.
    pub state: ProviderState,
    /// The total refunded so far.
    pub refunded: Won,
}

/// The state of an order at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProviderState {
    /// The payer may still finish; nothing was captured.
    Pending,
    /// The money was captured; a part may have been refunded.
    Paid,
    /// Everything was refunded, or the order was cancelled before payment.
    Cancelled,
    /// Nothing was captured and nothing will be.
    Failed,
}

/// The provider can't be reached, or its response can't be trusted; the note is for the operator.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{0}")]
pub struct GatewayError(pub String);

/// A payment provider.
pub trait PaymentGateway: Send + Sync {
    /// Registers an order. On an error nobody is charged: without the provider's id nothing can be captured.
    fn prepare<'a>(&'a self, order: NewOrder<'a>) -> BoxFuture<'a, Result<Prepared, GatewayError>>;

    /// Captures the money. `proof` is the token with which the payer's browser returned.
    fn confirm<'a>(
        &'a self,
        order: ProviderOrder<'a>,
        proof: &'a str,
    ) -> BoxFuture<'a, Confirmation>;

    /// Reads the provider's record. An error unless it is of this order and amount, in a documented state.
    fn look_up<'a>(
        &'a self,
        order: ProviderOrder<'a>,
    ) -> BoxFuture<'a, Result<Lookup, GatewayError>>;

    /// Refunds `part`, provided that `refundable` is still left before it: the provider refuses otherwise,
    /// which prevents a duplicate refund.
    fn refund<'a>(
        &'a self,
        order: ProviderOrder<'a>,
        part: Won,
        refundable: Won,
    ) -> BoxFuture<'a, RefundOutcome>;
}
