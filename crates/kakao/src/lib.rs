//! Client for Kakao Login and KakaoPay.
//!
//! Every call answers with a typed result in which "we cannot know" is an outcome of its own, because
//! money may have moved although the answer was lost. Secrets never appear in errors, logs or `Debug` output.

mod http;
mod json;
pub mod login;
pub mod pay;
pub mod pkce;
mod secret;

pub use http::{SetupError, Timeouts};
pub use secret::Secret;
