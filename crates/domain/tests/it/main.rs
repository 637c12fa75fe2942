//! Properties of the payment state machine and the ledger, over random sequences of steps.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod payments;
