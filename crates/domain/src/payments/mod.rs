//! The payment state machine: where a payment stands, where it may go, and what money moves with it.
//!
//! ```text
//! created → ready → approving → approved → attached → refunding → refunded | partly refunded
//!      └──────┴────────┴→ failed | expired | cancelled
//! ```
//!
//! States only move forward. A step takes a payment and gives back the next one together with the
//! ledger movement that belongs to it; storing both in one transaction is the caller's part.

mod refund_reason;
mod state;
mod step;

pub use refund_reason::RefundReason;
pub use state::{InvalidState, PaymentState};
pub use step::{IllegalStep, Payment, Step, Transition};

/// Seconds from `ready` until KakaoPay refuses an approval (15 minutes; KakaoPay answers -723 afterwards).
pub const READY_LIFETIME_SECONDS: i64 = 15 * 60;
