//! Invented data: members, follows, fundings and supports that look like real ones, books included, in any
//! amount for a load test; and the small cast that a newcomer's first start shows.
//!
//! Everything is drawn from a seed, so the same seed, sizes and moment give the same rows.

pub mod cast;
mod cast_people;
mod cast_wishes;
mod drawing;
mod fill;
mod fundings;
mod members;
mod random;
mod sql;
mod town;
mod words;

pub use fill::{DemoSize, fill};
