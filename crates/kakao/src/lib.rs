//! Client for Kakao Login and KakaoPay.
//!
//! Results are typed, and an unknown outcome is an error variant of its own, because money may have moved although
//! the response was lost. Secrets never appear in errors, logs or `Debug` output.

mod http;
mod json;
pub mod login;
pub mod pay;
pub mod pkce;
mod secret;

pub use http::{SetupError, Timeouts};
pub use secret::Secret;
