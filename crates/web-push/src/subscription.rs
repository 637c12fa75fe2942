//! Push subscriptions: the endpoint and the keys of a browser.

use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use p256::PublicKey;
use public_http::{AddressPolicy, Destination};
use reqwest::Url;
use thiserror::Error;

/// Longest endpoint accepted, in bytes; those of browsers have 150 to 600.
pub const ENDPOINT_BYTES_MAX: usize = 750;

/// Browsers encode keys without padding, some libraries with.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a subscription is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum InvalidSubscription {
    /// Not an `https` address of the public internet.
    #[error("endpoint: must be the https:// address of a public push service")]
    Endpoint,
    /// Not an uncompressed point of the curve P-256.
    #[error("p256dh: must be an uncompressed P-256 public key in URL-safe base64")]
    PublicKey,
    /// Not 16 bytes.
    #[error("auth: must be 16 bytes in URL-safe base64")]
    Auth,
}

/// A browser's push subscription (Push API, `PushSubscription`).
#[derive(Clone, Debug)]
pub struct Subscription {
    pub(crate) endpoint: Url,
    pub(crate) public_key: PublicKey,
    pub(crate) auth: [u8; 16],
}

impl Subscription {
    /// Parses the fields sent by a browser: the endpoint's URL and both keys in URL-safe base64.
    ///
    /// # Errors
    /// [`InvalidSubscription`].
    pub fn parse(
        endpoint: &str,
        p256dh: &str,
        auth: &str,
        policy: AddressPolicy,
    ) -> Result<Self, InvalidSubscription> {
        let endpoint = parse_endpoint(endpoint, policy).ok_or(InvalidSubscription::Endpoint)?;
        let point = BASE64.decode(p256dh).ok().filter(|point| point.len() == 65);
        let public_key = point.and_then(|point| PublicKey::from_sec1_bytes(&point).ok());
        let auth = BASE64
            .decode(auth)
            .ok()
            .and_then(|auth| auth.try_into().ok());
        Ok(Self {
            endpoint,
            public_key: public_key.ok_or(InvalidSubscription::PublicKey)?,
            auth: auth.ok_or(InvalidSubscription::Auth)?,
        })
    }
}

/// Plain HTTP is accepted for loopback addresses only.
fn parse_endpoint(text: &str, policy: AddressPolicy) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let destination = public_http::check_url(&url, policy)?;
    let secure = url.scheme() == "https" || destination == Destination::Loopback;
    let acceptable = url.fragment().is_none() && text.len() <= ENDPOINT_BYTES_MAX;
    (secure && acceptable).then_some(url)
}
