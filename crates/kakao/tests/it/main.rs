//! The clients against minimal servers that send canned bytes, or none.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod login;
mod mock_server;
mod pay;
mod pay_unknown;
