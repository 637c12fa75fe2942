//! Web Push against its standards, and against addresses that nobody should be sent to.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod encryption;
mod endpoints;
mod services;
mod signature;
