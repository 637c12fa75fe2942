//! Handing a message to a push service, and what its answer means.

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
/// Longest pause that a service may ask for, in seconds.
const RETRY_AFTER_SECONDS_MAX: i64 = 86_400;

/// The HTTP client can't start, for instance because the system has no root certificates.
#[derive(Debug, Error)]
#[error("the HTTP client for push services can't start")]
pub struct SetupError(#[source] reqwest::Error);

/// What a browser is to show.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    /// At most [`crate::PAYLOAD_BYTES_MAX`] bytes.
    pub payload: &'a [u8],
    /// How long the service keeps it for a browser that is off, in seconds.
    pub ttl_seconds: u32,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The service has it.
    Accepted,
    /// The browser has unsubscribed: never ask again.
    Gone,
    /// Try again, in so many seconds if the service says so.
    RetryAfter(Option<i64>),
    /// The service, by this status, or the address of it is not to be used like this; again is no better.
    Refused(u16),
}

/// Talks to push services.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    key: VapidKey,
    subject: String,
}

impl Client {
    /// Signs with `key`; `subject` is how a service's operator reaches us.
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

    /// Our public key as browsers take it (`applicationServerKey`).
    pub fn public_key(&self) -> &str {
        self.key.public()
    }

    /// Sends one message, once; `now` in seconds since the Unix epoch. The service's answer is not read beyond its
    /// head.
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
            // The address holds a secret of the browser: it is not to be in a log.
            Err(error) => {
                tracing::debug!(error = %error.without_url(), "a push service can't be reached");
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
