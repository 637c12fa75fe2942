//! Web Push against its standards, and against malicious endpoints.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod encryption;
mod endpoints;
mod services;
mod signature;
