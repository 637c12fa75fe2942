//! Our tokens: signed JWTs that identify the caller, verified without the database.
//!
//! An access token is valid for minutes and contains its session's id. A session that ends early (logout,
//! departure, suspension) is kept in a revocation list here until its last access token has expired.

use std::collections::HashMap;
use std::sync::RwLock;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use funsun_domain::ids::{AccountKey, SessionId};
use funsun_domain::time::Timestamp;
use hmac::{Hmac, Mac};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use web::AppError;

const ISSUER: &str = "funsun";

/// Longest token that is verified, in bytes; ours have about 200.
const TOKEN_BYTES_MAX: usize = 1_024;

/// The purpose of a token; one kind is never accepted as the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenKind {
    /// To call the API.
    Access,
    /// To get the next access token.
    Refresh,
}

/// The member and session that a valid token identifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The member.
    pub account: AccountKey,
    /// The session it was issued for.
    pub session: SessionId,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    /// The member's key; not the Kakao id, which a later account may have again.
    sub: i64,
    sid: i64,
    typ: TokenKind,
    iat: i64,
    exp: i64,
}

/// Issues and verifies tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    signatures: Hmac<Sha256>,
    access_life: Duration,
    refresh_life: Duration,
    revoked: RwLock<HashMap<SessionId, Timestamp>>,
}

impl Tokens {
    /// Signs with HMAC-SHA-256 under `secret`.
    pub fn new(secret: &[u8], access_life: Duration, refresh_life: Duration) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_required_spec_claims(&["iss"]);
        // The expiry is compared with our own clock below.
        validation.validate_exp = false;
        validation.validate_aud = false;
        Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
            signatures: Hmac::<Sha256>::new_from_slice(secret)
                .expect("HMAC takes a key of any length")
                .chain_update(b"funsun stamps\0"),
            access_life,
            refresh_life,
            revoked: RwLock::default(),
        }
    }

    /// Issues a token for `bearer`.
    ///
    /// # Errors
    /// 500 when the claims can't be encoded.
    pub fn issue(
        &self,
        kind: TokenKind,
        bearer: Bearer,
        now: Timestamp,
    ) -> Result<String, AppError> {
        let life = self.life(kind);
        let claims = Claims {
            iss: ISSUER.to_owned(),
            sub: bearer.account.get(),
            sid: bearer.session.get(),
            typ: kind,
            iat: now.seconds(),
            exp: now
                .seconds()
                .saturating_add(life.as_secs().try_into().unwrap_or(i64::MAX)),
        };
        encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).map_err(AppError::internal)
    }

    /// Our signature of this text for this purpose (HMAC-SHA-256, base64url).
    pub fn sign(&self, purpose: &str, text: &str) -> String {
        let signature = self.mac_of(purpose, text).finalize().into_bytes();
        URL_SAFE_NO_PAD.encode(signature)
    }

    /// Whether `signature` is ours, of this text and for this purpose.
    pub fn is_signature(&self, signature: &str, purpose: &str, text: &str) -> bool {
        URL_SAFE_NO_PAD
            .decode(signature)
            .is_ok_and(|given| self.mac_of(purpose, text).verify_slice(&given).is_ok())
    }

    fn mac_of(&self, purpose: &str, text: &str) -> Hmac<Sha256> {
        let purpose = self.signatures.clone().chain_update(purpose.as_bytes());
        purpose.chain_update(b"\0").chain_update(text.as_bytes())
    }

    /// The validity period of a token of this kind.
    pub fn life(&self, kind: TokenKind) -> Duration {
        match kind {
            TokenKind::Access => self.access_life,
            TokenKind::Refresh => self.refresh_life,
        }
    }

    /// Verifies a token of this kind that has not expired; its session may have ended.
    pub fn read(&self, kind: TokenKind, token: &str, now: Timestamp) -> Option<Bearer> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let claims = decode::<Claims>(token, &self.decoding, &self.validation)
            .ok()?
            .claims;
        if claims.typ != kind || claims.exp <= now.seconds() {
            return None;
        }
        let account = AccountKey::new(claims.sub).ok()?;
        Some(Bearer {
            account,
            session: SessionId::new(claims.sid).ok()?,
        })
    }

    /// Verifies an access token whose session has not ended.
    pub fn read_access(&self, token: &str, now: Timestamp) -> Option<Bearer> {
        self.read(TokenKind::Access, token, now)
            .filter(|bearer| !self.is_revoked(bearer.session))
    }

    /// Whether this session has ended while access tokens of it may still be unexpired.
    pub fn is_revoked(&self, session: SessionId) -> bool {
        self.revoked
            .read()
            .expect("no holder of this lock panics")
            .contains_key(&session)
    }

    /// Adds ended sessions to the revocation list, and removes those whose last access token has expired.
    pub fn revoke(&self, sessions: impl IntoIterator<Item = SessionId>, now: Timestamp) {
        let mut revoked = self.revoked.write().expect("no holder of this lock panics");
        revoked.extend(sessions.into_iter().map(|session| (session, now)));
        let oldest = self.oldest_relevant(now);
        revoked.retain(|_, at| *at >= oldest);
    }

    /// Sessions that ended before this moment have no unexpired access token left.
    pub fn oldest_relevant(&self, now: Timestamp) -> Timestamp {
        let life = i64::try_from(self.access_life.as_secs()).unwrap_or(i64::MAX);
        now.plus_seconds(-life).plus_seconds(-60)
    }
}
