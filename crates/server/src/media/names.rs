//! Names of pictures: content-addressed under a secret key, so equal uploads of one member share a name
//! and nobody can guess one. And the signatures that open a friends-only picture.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use funsun_domain::ids::AccountKey;
use funsun_domain::time::Timestamp;
use hmac::{Hmac, Mac};
use picture::Format;
use sha2::Sha256;

/// Seconds of the steps in which signed addresses change: within one, a picture keeps its address.
const STEP_SECONDS: i64 = 3_600;

/// Bytes of a name and of a signature: 128 bits.
const TAG_BYTES: usize = 16;

/// The name under which a row knows a picture: 32 hexadecimal digits and the format's extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureName(String);

/// Which size of a picture.
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

    /// Reads a requested file name; `None` for anything we would never have given out.
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

/// Makes and checks names and signatures.
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
        let digits: String = tag[..TAG_BYTES]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        PictureName(format!("{digits}.{}", format.extension()))
    }

    /// The part of a path that opens picture `name` from now until the step after this one ends.
    pub(super) fn pass(&self, name: &str, now: Timestamp) -> String {
        let expires = (now.seconds().div_euclid(STEP_SECONDS) + 2) * STEP_SECONDS;
        format!(
            "{expires}.{}",
            URL_SAFE_NO_PAD.encode(self.signature(name, expires))
        )
    }

    /// Seconds that `pass` still opens `name`; `None` when it does not.
    pub(super) fn seconds_left(&self, pass: &str, name: &str, now: Timestamp) -> Option<i64> {
        let (expires, signature) = pass.split_once('.')?;
        let expires: i64 = expires.parse().ok()?;
        let given = URL_SAFE_NO_PAD.decode(signature).ok()?;
        let good = bool::from(subtle::ConstantTimeEq::ct_eq(
            given.as_slice(),
            &self.signature(name, expires)[..],
        ));
        let left = expires.saturating_sub(now.seconds());
        (good && left > 0).then_some(left)
    }

    fn signature(&self, name: &str, expires: i64) -> [u8; TAG_BYTES] {
        let mac = self
            .key
            .clone()
            .chain_update(b"view\0")
            .chain_update(expires.to_be_bytes());
        let tag = mac.chain_update(name.as_bytes()).finalize().into_bytes();
        let mut signature = [0; TAG_BYTES];
        signature.copy_from_slice(&tag[..TAG_BYTES]);
        signature
    }
}
