//! Random interleavings of payment events, over HTTP against the running program: in any order, our records
//! match KakaoPay's in the end and no payer is charged twice.
//!
//! 40 cases by default; `PROPTEST_CASES` sets the number. The seed is printed; `PROPTEST_RNG_SEED` reproduces it.

mod case;
mod event;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use tokio::runtime::Runtime;
use tokio::sync::Mutex;

use self::case::Case;
use self::event::event;
use crate::app::App;
use crate::crash::setting;

const SETTINGS: &[(&str, &str)] = &[
    ("FUNSUN_PAYMENT_LEASE_SECONDS", "2"),
    // The clock is moved by years.
    ("FUNSUN_ACCESS_TOKEN_SECONDS", "1000000000"),
    ("FUNSUN_REFRESH_TOKEN_DAYS", "10000"),
    ("FUNSUN_LOG", "off"),
];

#[test]
fn our_records_match_kakaopay_after_any_interleaving() {
    let runtime = Runtime::new().unwrap();
    let app = Mutex::new((runtime.block_on(App::with(SETTINGS)), 0_i64));
    let seed = setting("PROPTEST_RNG_SEED", u64::from(std::process::id()));
    let cases = setting("PROPTEST_CASES", 40);
    println!("PROPTEST_RNG_SEED={seed} PROPTEST_CASES={cases}");
    let config = Config {
        cases: u32::try_from(cases).unwrap(),
        rng_seed: RngSeed::Fixed(seed),
        failure_persistence: None,
        max_shrink_iters: 60,
        ..Config::default()
    };
    let events = prop::collection::vec(event(), 4..32);
    let outcome = TestRunner::new(config).run(&events, |events| {
        runtime.block_on(async {
            let (app, clock) = &mut *app.lock().await;
            let mut case = Case::begin(app, clock).await;
            for event in &events {
                case.apply(event).await;
            }
            case.finish().await;
        });
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}
