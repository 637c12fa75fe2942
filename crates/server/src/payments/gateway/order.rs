//! What we tell a provider about an order, and where the payer goes.

use funsun_domain::money::Won;
use funsun_domain::time::Timestamp;

use crate::payments::approve::Proof;

/// A payment to register with the provider.
#[derive(Clone, Copy, Debug)]
pub struct NewOrder<'a> {
    /// Our order reference, unique.
    pub order: &'a str,
    /// Our opaque id for the payer; no personal data.
    pub payer: &'a str,
    /// What the payer agreed to pay.
    pub amount: Won,
    /// The part of it that is not taxed.
    pub tax_free: Won,
    /// Shown to the payer.
    pub item_name: &'a str,
    /// Where the provider redirects the payer afterwards.
    pub return_urls: &'a ReturnUrls,
    /// When the order is made.
    pub now: Timestamp,
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

/// A payment as the provider knows it.
#[derive(Clone, Copy, Debug)]
pub struct ProviderOrder<'a> {
    /// The provider's id for it; `None` while it has given none.
    pub reference: Option<&'a str>,
    /// Our order reference.
    pub order: &'a str,
    /// Our opaque id for the payer.
    pub payer: &'a str,
    /// What the payer agreed to pay; never taken from a callback.
    pub amount: Won,
}

/// A refund to request.
#[derive(Clone, Copy, Debug)]
pub struct RefundOrder<'a> {
    /// Our id of this request: where the provider takes an idempotency key, this is it. It stays the same until the
    /// provider has declined.
    pub key: &'a str,
    /// What to refund.
    pub part: Won,
    /// What can still be refunded before it.
    pub left_before: Won,
    /// The part of it that was not taxed.
    pub tax_free: Won,
}

/// A new order, registered with the provider.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The provider's id for it; `None` when it comes with the payer's return.
    pub reference: Option<String>,
    /// Where the payer goes.
    pub checkout: Checkout,
    /// From when the payer can't finish it any more.
    pub expires_at: Timestamp,
}

/// Where the payer goes to pay.
#[derive(Clone, Debug)]
pub enum Checkout {
    /// To a page of the provider.
    Redirect(PaymentUrls),
    /// To a page of ours, at this path, that runs the provider's script.
    Page(String),
}

/// The provider's payment page.
#[derive(Clone, Debug, Default)]
pub struct PaymentUrls {
    /// For an app's web view.
    pub app: String,
    /// For a mobile browser.
    pub mobile: String,
    /// For a desktop browser.
    pub desktop: String,
}

impl Checkout {
    /// The URLs, by the payer's device. `base` is what comes before the path of a page of ours: an app needs its whole
    /// address, our own pages only the path.
    pub fn urls(&self, base: &str) -> PaymentUrls {
        match self {
            Self::Redirect(urls) => urls.clone(),
            Self::Page(path) => {
                let page = || format!("{base}{path}");
                PaymentUrls {
                    app: page(),
                    mobile: page(),
                    desktop: page(),
                }
            }
        }
    }
}

/// What the payer's browser brought back from the provider.
#[derive(Clone)]
pub struct Callback {
    /// The secret that lets us confirm, once.
    pub proof: Proof,
    /// The provider's id of the order, where it comes with the return.
    pub reference: Option<String>,
    /// Our order reference, where the return names one: compared with ours, never used.
    pub order: Option<String>,
    /// The amount in won, likewise.
    pub amount: Option<i64>,
}
