//! Proof key for code exchange (RFC 7636, method S256) and the random texts of a login attempt.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::Secret;

/// Bytes of randomness in every token: 256 bits, 43 characters of base64url.
const TOKEN_BYTES: usize = 32;

/// The two halves of one login attempt's proof.
#[derive(Clone, Debug)]
pub struct Pkce {
    /// Kept on our side until the code is exchanged.
    pub verifier: Secret,
    /// Sent openly with the authorize request.
    pub challenge: String,
}

impl Pkce {
    /// A fresh pair.
    #[must_use]
    pub fn generate() -> Self {
        let verifier = random_token();
        Self {
            challenge: challenge_of(&verifier),
            verifier: Secret::from(verifier),
        }
    }
}

/// An unguessable, URL-safe text of 43 characters, for `state` and `nonce`.
///
/// # Panics
/// When the operating system has no randomness to give; nothing secure can run on such a machine.
#[must_use]
pub fn random_token() -> String {
    let mut bytes = [0_u8; TOKEN_BYTES];
    getrandom::fill(&mut bytes).expect("the operating system provides randomness");
    URL_SAFE_NO_PAD.encode(bytes)
}

fn challenge_of(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{Pkce, challenge_of, random_token};

    #[test]
    fn the_challenge_is_that_of_rfc_7636_appendix_b() {
        assert_eq!(
            challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn a_generated_pair_belongs_together_and_has_a_legal_length() {
        let pkce = Pkce::generate();
        assert_eq!(pkce.challenge, challenge_of(pkce.verifier.expose()));
        assert_eq!(pkce.verifier.expose().len(), 43);
    }

    #[test]
    fn two_tokens_differ() {
        assert_ne!(random_token(), random_token());
    }
}
