//! Item links against a local shop that behaves well, badly, or does not respond.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod malicious;
mod pages;
mod shop;
