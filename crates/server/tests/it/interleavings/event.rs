//! What can happen to payments, and how often.

use proptest::prelude::*;

pub const PAYERS: usize = 3;
pub const FUNDINGS: usize = 2;

/// What KakaoPay does wrong.
pub const FAULTS: &[&str] = &[
    "lost",
    "drop",
    "http_500",
    "http_500_done",
    "malformed_json",
    "user_locked",
    "declined",
    "wrong_amount",
    "unknown_status",
];

/// One thing that happens. Numbers pick a payer, a funding or a payment among those that exist.
#[derive(Clone, Debug)]
pub enum Event {
    /// A payment is begun, for a funding or for none yet.
    Ready {
        payer: usize,
        funding: Option<usize>,
        thousands: i64,
    },
    /// The payer pays at KakaoPay.
    Pay { payment: usize },
    /// The payer presses another button there.
    Stop {
        payment: usize,
        button: &'static str,
    },
    /// The app approves.
    Approve { payment: usize },
    /// The return page loads and the app approves, at one moment.
    ApproveTwice { payment: usize },
    /// Somebody opens the cancel page.
    Cancel { payment: usize },
    /// The app gives its support for a payment.
    Attach { payment: usize, funding: usize },
    /// A payer takes back their latest support.
    TakeBack { payer: usize },
    /// The author deletes a funding.
    Delete { funding: usize },
    /// Time passes: sweeps, expiries, refunds.
    Wait { seconds: i64 },
    /// KakaoPay misbehaves on the next call about this payment.
    Fault {
        payment: usize,
        call: &'static str,
        fault: usize,
    },
    /// The program is killed and starts again.
    Crash,
}

pub fn event() -> impl Strategy<Value = Event> {
    let payment = 0..64_usize;
    let payer = 0..PAYERS;
    let funding = 0..FUNDINGS;
    let calls = prop::sample::select(vec!["approve", "order", "cancel", "cancel"]);
    let buttons = prop::sample::select(vec!["cancel", "fail"]);
    let waits = prop::sample::select(vec![3, 61, 700, 1_000]);
    prop_oneof![
        6 => (payer.clone(), prop::option::of(funding.clone()), 1..4_i64).prop_map(
            |(payer, funding, thousands)| Event::Ready { payer, funding, thousands }),
        8 => payment.clone().prop_map(|payment| Event::Pay { payment }),
        1 => (payment.clone(), buttons).prop_map(|(payment, button)| Event::Stop { payment, button }),
        4 => payment.clone().prop_map(|payment| Event::Approve { payment }),
        4 => payment.clone().prop_map(|payment| Event::ApproveTwice { payment }),
        1 => payment.clone().prop_map(|payment| Event::Cancel { payment }),
        5 => (payment.clone(), funding.clone()).prop_map(
            |(payment, funding)| Event::Attach { payment, funding }),
        4 => payer.prop_map(|payer| Event::TakeBack { payer }),
        1 => funding.prop_map(|funding| Event::Delete { funding }),
        2 => waits.prop_map(|seconds| Event::Wait { seconds }),
        4 => (payment, calls, 0..FAULTS.len()).prop_map(
            |(payment, call, fault)| Event::Fault { payment, call, fault }),
        1 => Just(Event::Crash),
    ]
}
