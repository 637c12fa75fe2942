//! Web Push: messages to browsers, encrypted for the browser (RFC 8291), signed by us (RFC 8292) and sent to the
//! push service of the browser's subscription (RFC 8030). That endpoint is untrusted input: a client may send any URL.

mod client;
mod encrypt;
mod subscription;
mod vapid;

pub use client::{Client, Message, Outcome, SetupError};
pub use encrypt::{EncryptError, EphemeralKeys, PAYLOAD_BYTES_MAX, encrypt};
pub use subscription::{ENDPOINT_BYTES_MAX, InvalidSubscription, Subscription};
pub use vapid::{InvalidKey, VapidKey};
