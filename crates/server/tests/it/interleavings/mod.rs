//! Random interleavings of payment events, over HTTP against the running program: in any order, our records
//! match KakaoPay's in the end and no payer is charged twice.
//!
//! 40 cases by default; `PROPTEST_CASES` sets the number. The seed is printed; `PROPTEST_RNG_SEED` reproduces it.

mod case;
pub mod cases;
mod event;

use tokio::runtime::Runtime;
use tokio::sync::Mutex;

use self::case::Case;
use self::cases::run_cases;
use self::event::event;
use crate::app::App;

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
    run_cases(40, event(), |events| {
        runtime.block_on(async {
            let (app, clock) = &mut *app.lock().await;
            let mut case = Case::begin(app, clock).await;
            for event in &events {
                case.apply(event).await;
            }
            case.finish().await;
        });
    });
}
