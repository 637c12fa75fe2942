//! The payment state machine: states, allowed steps, and the ledger transaction of each step.
//!
//! ```text
//! created → ready → approving → approved → attached → refunding → refunded | partly_refunded
//!   │         │        ├→ awaiting_deposit ─↑
//!   └─────────┴────────┴→ failed | expired | cancelled (→ approved, when money is found later)
//! ```
//!
//! A step returns the payment's next version together with the ledger transaction that belongs to it; the caller must
//! store both in one database transaction.

mod refund_reason;
mod refund_state;
mod state;
mod step;

pub use refund_reason::RefundReason;
pub use refund_state::RefundState;
pub use state::{InvalidState, PaymentState};
pub use step::{IllegalStep, Payment, Step, Transition};
