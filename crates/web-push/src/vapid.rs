//! Who sends: a signature by which a push service knows the application server again (RFC 8292).

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use p256::SecretKey;
use p256::ecdsa::signature::Signer;
use p256::ecdsa::{Signature, SigningKey};
use reqwest::Url;
use serde_json::json;
use thiserror::Error;

use crate::encrypt::{random_key, uncompressed_point};

/// How long a signature is good, in seconds; services take up to a day.
const LIFETIME_SECONDS: i64 = 12 * 3_600;

/// The text is no private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be a P-256 private key: 32 bytes in URL-safe base64")]
pub struct InvalidKey;

/// Our key pair. Browsers subscribe to its public half: with another key, they would have to subscribe anew.
#[derive(Clone)]
pub struct VapidKey {
    signing: SigningKey,
    public: String,
}

impl VapidKey {
    /// Makes one. `None`: the system gives no random bytes.
    pub fn random() -> Option<Self> {
        random_key().map(|key| Self::new(&key))
    }

    /// Reads what [`VapidKey::to_base64`] writes.
    ///
    /// # Errors
    /// When it is no key.
    pub fn parse(text: &str) -> Result<Self, InvalidKey> {
        let bytes = URL_SAFE_NO_PAD
            .decode(text.trim().trim_end_matches('='))
            .map_err(|_| InvalidKey)?;
        let key = SecretKey::from_slice(&bytes).map_err(|_| InvalidKey)?;
        Ok(Self::new(&key))
    }

    fn new(key: &SecretKey) -> Self {
        Self {
            public: URL_SAFE_NO_PAD.encode(uncompressed_point(&key.public_key())),
            signing: key.into(),
        }
    }

    /// The private half, to be kept: 32 bytes in URL-safe base64.
    pub fn to_base64(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.signing.to_bytes())
    }

    /// The public half as browsers take it (`applicationServerKey`).
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The `Authorization` header for a push service; `subject` is how its operator reaches us (an `https:` or
    /// `mailto:` address), `now` in seconds since the Unix epoch.
    pub fn authorization(&self, endpoint: &Url, subject: &str, now: i64) -> String {
        let header = json!({ "typ": "JWT", "alg": "ES256" });
        let claims = json!({
            "aud": endpoint.origin().ascii_serialization(),
            "exp": now.saturating_add(LIFETIME_SECONDS),
            "sub": subject,
        });
        let [header, claims] =
            [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = format!("{header}.{claims}");
        let signature: Signature = self.signing.sign(signed.as_bytes());
        let signature = URL_SAFE_NO_PAD.encode(signature.to_bytes());
        format!("vapid t={signed}.{signature}, k={}", self.public)
    }
}

impl fmt::Debug for VapidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VapidKey")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}
