//! Web Push: a message to a browser, encrypted for it alone (RFC 8291) and signed by us (RFC 8292), handed to the
//! push service that the browser names (RFC 8030). That address is hostile input: anybody may claim any.

mod client;
mod encrypt;
mod subscription;
mod vapid;

pub use client::{Client, Message, Outcome, SetupError};
pub use encrypt::{EncryptError, EphemeralKeys, PAYLOAD_BYTES_MAX, encrypt};
pub use subscription::{ENDPOINT_BYTES_MAX, InvalidSubscription, Subscription};
pub use vapid::{InvalidKey, VapidKey};
