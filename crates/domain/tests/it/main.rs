//! Properties of the payment state machine and the ledger over random sequences of steps, and the stored forms of values.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod document;
mod payments;
mod values;
