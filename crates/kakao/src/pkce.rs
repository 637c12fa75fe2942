//! Proof key for code exchange (RFC 7636, method S256) and the random tokens of a login.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::Secret;

/// Random bytes of a token: 256 bits, 43 characters of base64url.
const TOKEN_BYTES: usize = 32;

/// The code verifier and challenge of one login.
#[derive(Clone, Debug)]
pub struct Pkce {
    /// Kept by us until the code is exchanged.
    pub verifier: Secret,
    /// Sent in the clear with the authorization request.
    pub challenge: String,
}

impl Pkce {
    /// Generates a new pair.
    #[must_use]
    pub fn generate() -> Self {
        let verifier = random_token();
        Self {
            challenge: challenge_of(&verifier),
            verifier: Secret::from(verifier),
        }
    }
}

/// An unguessable, URL-safe token of 43 characters, for `state` and `nonce`.
///
/// # Panics
/// When the operating system provides no random bytes; nothing secure can run on such a machine.
#[must_use]
pub fn random_token() -> String {
    let mut bytes = [0_u8; TOKEN_BYTES];
    getrandom::fill(&mut bytes).expect("the operating system provides random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}

fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{Pkce, challenge_of, random_token};

    #[test]
    fn the_challenge_matches_rfc_7636_appendix_b() {
        assert_eq!(
            challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn a_generated_pair_matches_and_has_a_valid_length() {
        let pkce = Pkce::generate();
        assert_eq!(pkce.challenge, challenge_of(pkce.verifier.expose()));
        assert_eq!(pkce.verifier.expose().len(), 43);
    }

    #[test]
    fn two_tokens_differ() {
        assert_ne!(random_token(), random_token());
    }
}
