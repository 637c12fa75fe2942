//! Messages that providers send to us, such as webhooks.

use funsun_domain::ids::OrderRef;
use http::HeaderMap;

/// A message as received.
#[derive(Clone, Copy, Debug)]
pub struct ReceivedNotice<'a> {
    /// Its headers, which may carry a signature.
    pub headers: &'a HeaderMap,
    /// Its body, unchanged.
    pub body: &'a [u8],
}

/// What a message is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Something may have happened to this order: it is looked up soon.
    Hint(OrderRef),
    /// Nothing that concerns an order.
    Ignore,
    /// It is not from the provider.
    Forged,
}
