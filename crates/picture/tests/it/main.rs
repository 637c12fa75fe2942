//! Pictures made in the test, good and hostile ones.

#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod formats;
mod malicious;

mod mutation;
mod orientation;
mod samples;
