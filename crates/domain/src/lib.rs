//! The rules of FunSun: money, identifiers, times, texts and the payment state machine.
//!
//! Pure: no HTTP, SQL, clock or randomness; every decision depends on the arguments alone.
//! Vocabulary: a *funding* collects *supports*, each paid by one *payment*.

pub mod accounts;
pub mod fundings;
pub mod ids;
pub mod ledger;
pub mod money;
pub mod payments;
pub mod supports;
pub mod text;
pub mod time;
