//! Names of pictures: content-addressed under a secret key, so that equal uploads of one member share a name and
//! no name can be guessed. Also the signatures of signed URLs.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use funsun_domain::ids::AccountKey;
use funsun_domain::time::Timestamp;
use hmac::{Hmac, Mac};
use picture::Format;
use sha2::Sha256;

/// Seconds of the steps in which signed URLs change: within a step a picture keeps its URL.
const STEP_SECONDS: i64 = 3_600;

/// Bytes of a name and of a signature: 128 bits.
const TAG_BYTES: usize = 16;

/// The name by which a row refers to a picture: 32 hexadecimal digits and the format's extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureName(String);

/// A size of a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rendition {
    /// Largest side up to 1,600 px.
    Full,
    /// Largest side up to 480 px: `_480` behind the digits.
    Small,
}

impl PictureName {
    /// The name in the database.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The file of this rendition.
    pub fn file(&self, rendition: Rendition) -> String {
        match (rendition, self.0.split_once('.')) {
            (Rendition::Small, Some((digits, extension))) => format!("{digits}_480.{extension}"),
            _ => self.0.clone(),
        }
    }

    /// Parses a requested file name; `None` for anything that is not a picture name.
    pub fn parse_file(file: &str) -> Option<(Self, Rendition)> {
        let (stem, extension) = file.split_once('.')?;
        let (digits, rendition) = match stem.strip_suffix("_480") {
            Some(digits) => (digits, Rendition::Small),
            None => (stem, Rendition::Full),
        };
        let hex = digits
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let known = matches!(extension, "jpg" | "png");
        (hex && digits.len() == 2 * TAG_BYTES && known)
            .then(|| (Self(format!("{digits}.{extension}")), rendition))
    }
}

type Signature = [u8; TAG_BYTES];

/// Makes names, and makes and verifies signatures.
pub(super) struct Signer {
    key: Hmac<Sha256>,
}

impl Signer {
    pub(super) fn new(secret: &[u8]) -> Self {
        let key = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes a key of any length");
        Self {
            key: key.chain_update(b"funsun pictures\0"),
        }
    }

    /// The name of this content when `owner` uploads it.
    pub(super) fn name(&self, owner: AccountKey, content: &[u8], format: Format) -> PictureName {
        let mac = self
            .key
            .clone()
            .chain_update(b"name\0")
            .chain_update(owner.get().to_be_bytes());
        let tag = mac.chain_update(content).finalize().into_bytes();
        let digits = hex::encode(&tag[..TAG_BYTES]);
        PictureName(format!("{digits}.{}", format.extension()))
    }

    /// The part of a signed path that gives access to picture `name` until the next step ends.
    pub(super) fn pass(&self, name: &str, now: Timestamp) -> String {
        let expires = (now.seconds().div_euclid(STEP_SECONDS) + 2) * STEP_SECONDS;
        format!(
            "{expires}.{}",
            URL_SAFE_NO_PAD.encode(self.viewing(name, expires))
        )
    }

    /// Seconds for which `pass` still gives access to `name`; `None` when it does not.
    pub(super) fn seconds_left(&self, pass: &str, name: &str, now: Timestamp) -> Option<i64> {
        check(pass, now, |expires| self.viewing(name, expires))
    }

    /// The part of a signed path that gives only `owner` access to the kept picture `name` until `expires` (Unix
    /// seconds).
    pub(super) fn waiting_pass(&self, owner: AccountKey, name: &str, expires: i64) -> String {
        let signature = self.waiting(owner, name, expires);
        format!("{expires}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// Whether `pass` gives `owner` access to `name`.
    pub(super) fn verify_waiting_pass(
        &self,
        pass: &str,
        owner: AccountKey,
        name: &str,
        now: Timestamp,
    ) -> bool {
        check(pass, now, |expires| self.waiting(owner, name, expires)).is_some()
    }

    fn viewing(&self, name: &str, expires: i64) -> Signature {
        self.signature(&[b"view\0", &expires.to_be_bytes(), name.as_bytes()])
    }

    fn waiting(&self, owner: AccountKey, name: &str, expires: i64) -> Signature {
        let owner = owner.get().to_be_bytes();
        let expires = expires.to_be_bytes();
        self.signature(&[b"waiting\0", &owner, &expires, name.as_bytes()])
    }

    fn signature(&self, parts: &[&[u8]]) -> Signature {
        let mac = parts.iter().fold(self.key.clone(), Mac::chain_update);
        let tag = mac.finalize().into_bytes();
        let mut signature = [0; TAG_BYTES];
        signature.copy_from_slice(&tag[..TAG_BYTES]);
        signature
    }
}

/// Seconds for which a pass `expiry.signature` is still valid; `None` when it is not. `signed` computes the
/// expected signature.
fn check(pass: &str, now: Timestamp, signed: impl FnOnce(i64) -> Signature) -> Option<i64> {
    let (expires, signature) = pass.split_once('.')?;
    let expires: i64 = expires.parse().ok()?;
    let given = URL_SAFE_NO_PAD.decode(signature).ok()?;
    let good = subtle::ConstantTimeEq::ct_eq(given.as_slice(), &signed(expires)[..]);
    let left = expires.saturating_sub(now.seconds());
    (bool::from(good) && left > 0).then_some(left)
}
