//! Encryption of a message for one browser: RFC 8291 over RFC 8188 (`aes128gcm`), in a single record.

use hkdf::Hkdf;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::{PublicKey, SecretKey};
use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use sha2::Sha256;
use thiserror::Error;

use crate::subscription::Subscription;

/// Longest message, in bytes: the 4,096 that every push service accepts (RFC 8030, 7.2), less header, delimiter and
/// authentication tag.
pub const PAYLOAD_BYTES_MAX: usize = 4_096 - HEADER_BYTES - 1 - 16;

const SALT_BYTES: usize = 16;
const POINT_BYTES: usize = 65;
const HEADER_BYTES: usize = SALT_BYTES + 4 + 1 + POINT_BYTES;
const RECORD_BYTES: u32 = 4_096;
/// Delimiter of the last record (RFC 8188, 2).
const LAST_RECORD: u8 = 2;

/// Why a message could not be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum EncryptError {
    /// Longer than [`PAYLOAD_BYTES_MAX`].
    #[error("the message is longer than {PAYLOAD_BYTES_MAX} bytes")]
    TooLong,
    /// The operating system provides no random bytes.
    #[error("the operating system provides no random bytes")]
    Random,
}

/// A key pair and a salt, which must be new for each message.
pub struct EphemeralKeys {
    secret: SecretKey,
    salt: [u8; SALT_BYTES],
}

impl EphemeralKeys {
    /// Generates them.
    ///
    /// # Errors
    /// When the operating system provides no random bytes.
    pub fn random() -> Result<Self, EncryptError> {
        let mut salt = [0; SALT_BYTES];
        getrandom::fill(&mut salt).map_err(|_| EncryptError::Random)?;
        Ok(Self {
            secret: random_key().ok_or(EncryptError::Random)?,
            salt,
        })
    }

    /// From given bytes, for test vectors. `None` when the 32 bytes are not a valid private key.
    pub fn from_bytes(secret: &[u8; 32], salt: [u8; SALT_BYTES]) -> Option<Self> {
        let secret = SecretKey::from_slice(secret).ok()?;
        Some(Self { secret, salt })
    }
}

/// Generates a private key. `None` when the operating system provides no random bytes.
pub(crate) fn random_key() -> Option<SecretKey> {
    let mut bytes = [0; 32];
    // One value in 2^32 is outside the curve's range; eight such values in a row do not happen by chance.
    (0..8).find_map(|_| {
        getrandom::fill(&mut bytes).ok()?;
        SecretKey::from_slice(&bytes).ok()
    })
}

/// The body of a push request: `message`, encrypted so that only the browser of `to` can read it.
///
/// # Errors
/// When the message is too long.
pub fn encrypt(
    to: &Subscription,
    message: &[u8],
    ephemeral: &EphemeralKeys,
) -> Result<Vec<u8>, EncryptError> {
    if message.len() > PAYLOAD_BYTES_MAX {
        return Err(EncryptError::TooLong);
    }
    let ours = uncompressed_point(&ephemeral.secret.public_key());
    let (key, nonce) = derive(to, ephemeral, &ours);
    let mut record = message.to_vec();
    record.push(LAST_RECORD);
    let key = UnboundKey::new(&AES_128_GCM, &key).expect("16 bytes are a key");
    LessSafeKey::new(key)
        .seal_in_place_append_tag(
            Nonce::assume_unique_for_key(nonce),
            Aad::empty(),
            &mut record,
        )
        .expect("a record is far below the cipher's length limit");
    let mut body = Vec::with_capacity(HEADER_BYTES + record.len());
    body.extend_from_slice(&ephemeral.salt);
    body.extend_from_slice(&RECORD_BYTES.to_be_bytes());
    body.push(65);
    body.extend_from_slice(&ours);
    body.append(&mut record);
    Ok(body)
}

/// Derives key and nonce (RFC 8291, 3.4).
fn derive(to: &Subscription, ephemeral: &EphemeralKeys, ours: &[u8]) -> ([u8; 16], [u8; 12]) {
    let shared = p256::ecdh::diffie_hellman(
        ephemeral.secret.to_nonzero_scalar(),
        to.public_key.as_affine(),
    );
    let mut info = b"WebPush: info\0".to_vec();
    info.extend_from_slice(&uncompressed_point(&to.public_key));
    info.extend_from_slice(ours);
    let mut input = [0; 32];
    expand(
        &Hkdf::new(Some(&to.auth), shared.raw_secret_bytes()),
        &info,
        &mut input,
    );
    let content = Hkdf::new(Some(&ephemeral.salt), &input);
    let (mut key, mut nonce) = ([0; 16], [0; 12]);
    expand(&content, b"Content-Encoding: aes128gcm\0", &mut key);
    expand(&content, b"Content-Encoding: nonce\0", &mut nonce);
    (key, nonce)
}

fn expand(from: &Hkdf<Sha256>, info: &[u8], into: &mut [u8]) {
    from.expand(info, into)
        .expect("32 bytes or fewer are within HKDF's limit");
}

/// The uncompressed encoding of a public key, 65 bytes.
pub(crate) fn uncompressed_point(key: &PublicKey) -> Vec<u8> {
    key.to_encoded_point(false).as_bytes().to_vec()
}
