//! The RSA keys behind id_tokens and account status events. The first one is made when it is
//! first needed, for that takes a moment; a rotation keeps the one before readable.

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

/// Newest last.
#[derive(Default)]
pub(crate) struct Keys(Mutex<Vec<Arc<SigningKey>>>);

impl Keys {
    /// Signs `claims` as a compact JWS of the given `typ` with the newest key.
    pub(super) async fn sign(&self, typ: &str, claims: &impl Serialize) -> anyhow::Result<String> {
        let key = self.newest().await?;
        let mut header = Header::new(Algorithm::RS256);
        header.typ = Some(typ.to_owned());
        header.kid = Some(key.kid.clone());
        Ok(encode(&header, claims, &key.private)?)
    }

    /// The public halves as a JWK set.
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

    /// Adds a key that signs from now on and drops all but the one before it.
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
        // Held while the first key is made, so that only one is.
        let mut keys = self.0.lock().await;
        if keys.is_empty() {
            keys.push(Arc::new(generate().await?));
        }
        keys.last().cloned().context("a key was just made")
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
