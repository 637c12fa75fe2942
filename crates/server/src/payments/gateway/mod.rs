//! The interface to payment providers: one trait for those that redirect the payer (KakaoPay), that need a page of
//! ours with their script (Toss Payments), and that are paid by a later transfer.
//!
//! An unclear outcome is a case of its own everywhere, and only a look-up resolves it.

mod notice;
mod order;
mod outcome;

use futures_util::future::BoxFuture;

pub use notice::{Notice, ReceivedNotice};
pub use order::{
    Callback, Checkout, NewOrder, PaymentUrls, Prepared, ProviderOrder, RefundOrder, ReturnUrls,
};
pub use outcome::{Confirmation, GatewayError, Lookup, RefundOutcome, Standing};

/// One of our accounts at a payment provider.
pub trait PaymentGateway: Send + Sync {
    /// The provider, as stored: lowercase letters.
    fn provider(&self) -> &'static str;

    /// The provider's name for our account, such as a merchant code.
    fn account(&self) -> &str;

    /// Whether an order can be looked up before the provider has given it an id of its own.
    fn finds_by_order(&self) -> bool;

    /// Registers an order. On an error nobody is charged.
    fn prepare<'a>(&'a self, order: NewOrder<'a>) -> BoxFuture<'a, Result<Prepared, GatewayError>>;

    /// What the payer's browser brings back, by the fields of the return page's query; `None` when it is incomplete.
    /// It proves nothing by itself.
    fn callback(&self, field: &dyn Fn(&str) -> Option<String>) -> Option<Callback>;

    /// Captures the money.
    fn confirm<'a>(
        &'a self,
        order: ProviderOrder<'a>,
        callback: &'a Callback,
    ) -> BoxFuture<'a, Confirmation>;

    /// Reads the provider's record. An error unless it is of this order, amount and payer: a record that does not name
    /// them proves nothing.
    fn look_up<'a>(
        &'a self,
        order: ProviderOrder<'a>,
    ) -> BoxFuture<'a, Result<Lookup, GatewayError>>;

    /// Refunds a part, provided that exactly `left_before` is still left before it: the provider refuses otherwise,
    /// which prevents a duplicate refund.
    fn refund<'a>(
        &'a self,
        order: ProviderOrder<'a>,
        refund: RefundOrder<'a>,
    ) -> BoxFuture<'a, RefundOutcome>;

    /// Reads a message that claims to be from the provider. It is a hint at most: only a look-up says what happened.
    fn notice(&self, notice: ReceivedNotice<'_>) -> Notice;
}
