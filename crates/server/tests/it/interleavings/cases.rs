//! Runs random cases: how many, from which seed, and how long each is.

use std::fmt::Debug;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::crash::setting;

/// Runs `case` with random lists of events, `PROPTEST_CASES` of them (or `default_cases`); panics with the shortest
/// list found that fails.
#[expect(clippy::print_stdout, reason = "the seed that repeats a failure")]
pub fn run_cases<Event: Debug>(
    default_cases: u64,
    event: impl Strategy<Value = Event>,
    case: impl Fn(Vec<Event>),
) {
    let seed = setting("PROPTEST_RNG_SEED", u64::from(std::process::id()));
    let cases = setting("PROPTEST_CASES", default_cases);
    println!("PROPTEST_RNG_SEED={seed} PROPTEST_CASES={cases}");
    let config = Config {
        cases: u32::try_from(cases).unwrap(),
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 60,
        ..Config::default()
    };
    let events = prop::collection::vec(event, 4..32);
    let outcome = TestRunner::new(config).run(&events, |events| {
        case(events);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
