//! VAPID (RFC 8292): the signature by which a push service identifies the application server.

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

/// Validity of a signature, in seconds; services accept up to a day.
const LIFETIME_SECONDS: i64 = 12 * 3_600;

/// The text is not a private key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("must be a P-256 private key: 32 bytes in URL-safe base64")]
pub struct InvalidKey;

/// Our key pair. Browsers subscribe with its public key: after a change of keys, they would have to subscribe again.
#[derive(Clone)]
pub struct VapidKey {
    signing: SigningKey,
    public: String,
}

impl VapidKey {
    /// Generates a key pair. `None` when the operating system provides no random bytes.
    pub fn random() -> Option<Self> {
        random_key().map(|key| Self::new(&key))
    }

    /// Parses what [`VapidKey::to_base64`] returns.
    ///
    /// # Errors
    /// [`InvalidKey`] when the text is not a private key.
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

    /// The private key, for storage: 32 bytes in URL-safe base64.
    pub fn to_base64(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.signing.to_bytes())
    }

    /// The public key in the format of browsers (`applicationServerKey`): 65 bytes in URL-safe base64.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// The `Authorization` header for a push service; `subject` is our contact for its operator (an `https:` or
    /// `mailto:` URL), `now` in seconds since the Unix epoch.
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
