//! KakaoPay single payments: ready, approve, order (look-up) and cancel.
//!
//! KakaoPay has neither idempotency keys nor webhooks, so nothing here is retried automatically: an unknown outcome
//! is [`PayError::Unknown`], and only [`PayClient::order`] resolves it.

mod calls;
mod error;
mod requests;
mod responses;
mod status;

use reqwest::Client;
use reqwest::header::HeaderValue;

pub use error::{NotSentCause, PayError, UnknownCause};
pub use requests::{ApproveOrder, CancelOrder, ReadyOrder};
pub use responses::{Approved, Cancelled, Order, Ready};
pub use status::{OrderStatus, StatusGroup};

use crate::http::{self, BaseUrl};
use crate::{Secret, SetupError, Timeouts};

/// KakaoPay's URL and our credentials.
#[derive(Clone, Debug)]
pub struct PayConfig {
    /// `https://open-api.kakaopay.com` for test and live payments alike: the key and the cid decide which they are.
    pub url: String,
    /// The secret key of the KakaoPay app.
    pub secret_key: Secret,
    /// The merchant code (10 characters); `TC0ONETIME` makes test payments.
    pub cid: String,
}

/// A KakaoPay client. Cheap to clone; clones share one connection pool.
#[derive(Clone, Debug)]
pub struct PayClient {
    cid: String,
    base: BaseUrl,
    authorization: HeaderValue,
    client: Client,
}

impl PayClient {
    /// Checks the settings; opens no connection.
    ///
    /// # Errors
    /// [`SetupError`] names the unusable setting.
    pub fn new(config: PayConfig) -> Result<Self, SetupError> {
        Self::with_timeouts(config, Timeouts::default())
    }

    /// [`PayClient::new`] with other timeouts.
    ///
    /// # Errors
    /// [`SetupError`] names the unusable setting.
    pub fn with_timeouts(config: PayConfig, timeouts: Timeouts) -> Result<Self, SetupError> {
        let base = BaseUrl::parse("the KakaoPay address", &config.url)?;
        let authorization = Some(&config.secret_key)
            .filter(|key| !key.is_empty())
            .and_then(|key| http::authorization("SECRET_KEY", key.expose()))
            .ok_or(SetupError::BadKey {
                setting: "the KakaoPay secret key",
            })?;
        if config.cid.is_empty() {
            return Err(SetupError::BadKey {
                setting: "the KakaoPay cid",
            });
        }
        let client = http::client(timeouts, &[&base])?;
        Ok(Self {
            cid: config.cid,
            base,
            authorization,
            client,
        })
    }

    /// The merchant code of every call. A payment belongs to the code it was prepared with.
    #[must_use]
    pub fn cid(&self) -> &str {
        &self.cid
    }
}
