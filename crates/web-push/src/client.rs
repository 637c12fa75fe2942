//! Sends messages to push services and classifies their responses.

use std::time::Duration;

use public_http::AddressPolicy;
use reqwest::StatusCode;
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use thiserror::Error;

use crate::encrypt::{EphemeralKeys, encrypt};
use crate::subscription::Subscription;
use crate::vapid::VapidKey;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(15);
/// Longest `Retry-After` honoured, in seconds.
const RETRY_AFTER_SECONDS_MAX: i64 = 86_400;

/// The HTTP client can't start, for instance because the system has no root certificates.
#[derive(Debug, Error)]
#[error("the HTTP client for push services can't start")]
pub struct SetupError(#[source] reqwest::Error);

/// A message for one browser.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// At most [`crate::PAYLOAD_BYTES_MAX`] bytes.
    pub payload: &'a [u8],
    /// How long the service keeps it for a browser that is offline, in seconds.
    pub ttl_seconds: u32,
}

/// The outcome of sending a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The service accepted it.
    Accepted,
    /// The browser has unsubscribed: delete the subscription.
    Gone,
    /// Retry, after this many seconds if the service sent `Retry-After`.
    RetryAfter(Option<i64>),
    /// Refused with this status (0: the request could not be built); a retry would not help.
    Refused(u16),
}

/// A client of push services.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    key: VapidKey,
    subject: String,
}

impl Client {
    /// A client that signs with `key`; `subject` is our contact for a service's operator, an `https:` or `mailto:` URL.
    ///
    /// # Errors
    /// When the HTTP client can't start.
    pub fn new(key: VapidKey, subject: String, policy: AddressPolicy) -> Result<Self, SetupError> {
        let http = public_http::client_builder(policy)
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(TOTAL_TIMEOUT)
            .build()
            .map_err(SetupError)?;
        Ok(Self { http, key, subject })
    }

    /// Our public key in the format of browsers (`applicationServerKey`).
    pub fn public_key(&self) -> &str {
        self.key.public()
    }

    /// Sends one message, without retries; `now` in seconds since the Unix epoch. The body of the response is not
    /// read.
    pub async fn send(&self, to: &Subscription, message: Message<'_>, now: i64) -> Outcome {
        let body =
            EphemeralKeys::random().and_then(|ephemeral| encrypt(to, message.payload, &ephemeral));
        let Ok(body) = body else {
            tracing::error!("a message could not be encrypted");
            return Outcome::Refused(0);
        };
        let signed = self.key.authorization(&to.endpoint, &self.subject, now);
        let Ok(mut signed) = HeaderValue::try_from(signed) else {
            return Outcome::Refused(0);
        };
        signed.set_sensitive(true);
        let request = self
            .http
            .post(to.endpoint.clone())
            .header(AUTHORIZATION, signed)
            .header(CONTENT_ENCODING, "aes128gcm")
            .header(CONTENT_TYPE, "application/octet-stream")
            .header("ttl", message.ttl_seconds)
            .header("urgency", "normal")
            .body(body);
        match request.send().await {
            Ok(response) => classify(&response),
            // The endpoint contains a secret of the browser: not to be logged.
            Err(error) => {
                tracing::debug!(error = %error.without_url(), "a push service could not be reached");
                Outcome::RetryAfter(None)
            }
        }
    }
}

fn classify(response: &reqwest::Response) -> Outcome {
    match response.status() {
        status if status.is_success() => Outcome::Accepted,
        StatusCode::NOT_FOUND | StatusCode::GONE => Outcome::Gone,
        StatusCode::TOO_MANY_REQUESTS | StatusCode::REQUEST_TIMEOUT => {
            Outcome::RetryAfter(retry_after(response))
        }
        status if status.is_server_error() => Outcome::RetryAfter(retry_after(response)),
        status => Outcome::Refused(status.as_u16()),
    }
}

fn retry_after(response: &reqwest::Response) -> Option<i64> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    let seconds: i64 = text.trim().parse().ok()?;
    (0..=RETRY_AFTER_SECONDS_MAX)
        .contains(&seconds)
        .then_some(seconds)
}
