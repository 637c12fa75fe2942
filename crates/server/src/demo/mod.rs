//! Demo data: invented members, follows, fundings and supports, ledger included. Either in any amount, for load tests,
//! or a small cast of members for the first start in dev.
//!
//! Generated data depends only on the seed, the sizes and the current time.

pub mod cast;
mod cast_fundings;
mod cast_people;
mod drawing;
mod fill;
mod fundings;
mod members;
mod random;
mod sql;
mod town;
mod words;

pub use fill::{DemoSize, fill};
