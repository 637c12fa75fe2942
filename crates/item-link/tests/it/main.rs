//! Item links against a shop on this machine that behaves well, badly, or not at all.
#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod malicious;
mod pages;
mod shop;
