//! The payment state machine: states, allowed steps, and the ledger movement of each step.
//!
//! ```text
//! created → ready → approving → approved → attached → refunding → refunded | partly refunded
//!      └──────┴────────┴→ failed | expired | cancelled
//! ```
//!
//! States only move forward. A step returns the payment's next version together with the ledger movement that
//! belongs to it; the caller must store both in one transaction.

mod refund_reason;
mod state;
mod step;

pub use refund_reason::RefundReason;
pub use state::{InvalidState, PaymentState};
pub use step::{IllegalStep, Payment, Step, Transition};

/// Seconds from `ready` until KakaoPay refuses an approval (15 minutes; KakaoPay answers -723 afterwards).
pub const READY_LIFETIME_SECONDS: i64 = 15 * 60;
