//! The RSA keys that sign id_tokens and account status events. The first key is generated on
//! first use, since that is slow; a rotation keeps the previous key in the key set.

use std::sync::Arc;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use rsa::pkcs1::EncodeRsaPrivateKey;
use rsa::traits::PublicKeyParts;
use rsa::{RsaPrivateKey, rand_core::OsRng};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use crate::random::random_hex;

const KEY_BITS: usize = 2_048;

struct SigningKey {
    kid: String,
    private: EncodingKey,
    public: Value,
}

/// The signing keys, newest last.
#[derive(Default)]
pub(crate) struct Keys(Mutex<Vec<Arc<SigningKey>>>);

impl Keys {
    /// Signs `claims` with the newest key as a compact JWS of type `typ`.
    pub(super) async fn sign(&self, typ: &str, claims: &impl Serialize) -> anyhow::Result<String> {
        let key = self.newest().await?;
        let mut header = Header::new(Algorithm::RS256);
        header.typ = Some(typ.to_owned());
        header.kid = Some(key.kid.clone());
        Ok(encode(&header, claims, &key.private)?)
    }

    /// The public keys as a JWK set.
    pub(super) async fn public(&self) -> anyhow::Result<Value> {
        self.newest().await?;
        let keys: Vec<Value> = self
            .0
            .lock()
            .await
            .iter()
            .map(|key| key.public.clone())
            .collect();
        Ok(json!({"keys": keys}))
    }

    /// Adds a new signing key, keeps the previous one, and returns the new key's id.
    pub(crate) async fn rotate(&self) -> anyhow::Result<String> {
        self.newest().await?;
        let fresh = Arc::new(generate().await?);
        let mut keys = self.0.lock().await;
        keys.push(Arc::clone(&fresh));
        if keys.len() > 2 {
            keys.remove(0);
        }
        Ok(fresh.kid.clone())
    }

    async fn newest(&self) -> anyhow::Result<Arc<SigningKey>> {
        // Held while the first key is generated, so that only one is.
        let mut keys = self.0.lock().await;
        if keys.is_empty() {
            keys.push(Arc::new(generate().await?));
        }
        keys.last().cloned().context("there is no signing key")
    }
}

async fn generate() -> anyhow::Result<SigningKey> {
    tokio::task::spawn_blocking(|| {
        let private = RsaPrivateKey::new(&mut OsRng, KEY_BITS)?;
        let kid = random_hex(32);
        let public = json!({
            "kid": kid, "kty": "RSA", "alg": "RS256", "use": "sig",
            "n": URL_SAFE_NO_PAD.encode(private.n().to_bytes_be()),
            "e": URL_SAFE_NO_PAD.encode(private.e().to_bytes_be()),
        });
        let der = private.to_pkcs1_der()?;
        Ok(SigningKey {
            kid,
            private: EncodingKey::from_rsa_der(der.as_bytes()),
            public,
        })
    })
    .await?
}
