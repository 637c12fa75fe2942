//! The rules of FunSun: money, identifiers, times, texts and the payment state machine.
//!
//! Nothing here sees HTTP, SQL, the clock or randomness; all of it is decided from its arguments.
//! The words are those of the product: a *funding* collects *supports*, each paid by one *payment*.

pub mod accounts;
pub mod fundings;
pub mod ids;
pub mod ledger;
pub mod money;
pub mod payments;
pub mod supports;
pub mod text;
pub mod time;
