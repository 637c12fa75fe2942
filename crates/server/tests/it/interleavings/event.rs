//! The events that are applied to payments, and their weights.

use proptest::prelude::*;

pub const PAYERS: usize = 3;
pub const FUNDINGS: usize = 2;
/// Support forms that each payer has open.
pub const FORMS: usize = 2;

/// Faults of KakaoPay.
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

/// One event. Numbers select an existing payer, funding or payment.
#[derive(Clone, Debug)]
pub enum Event {
    /// A payment is started, with or without a funding.
    Ready {
        payer: usize,
        funding: Option<usize>,
        thousands: i64,
    },
    /// The payer pays on KakaoPay's page.
    Pay { payment: usize },
    /// The payer presses another button there.
    Stop {
        payment: usize,
        button: &'static str,
    },
    /// The app approves the payment.
    Approve { payment: usize },
    /// The return page and the app approve the payment concurrently.
    ApproveTwice { payment: usize },
    /// The cancel page is opened.
    Cancel { payment: usize },
    /// The app creates a support with a payment.
    Attach { payment: usize, funding: usize },
    /// A payer takes back their latest support.
    TakeBack { payer: usize },
    /// The author deletes a funding.
    Delete { funding: usize },
    /// Time passes, with sweeps, expiries and refunds.
    Wait { seconds: i64 },
    /// The next KakaoPay call about this payment fails.
    Fault {
        payment: usize,
        call: &'static str,
        fault: usize,
    },
    /// The program is killed and restarted.
    Crash,
    /// The program is restarted with the other account at KakaoPay taking new payments.
    OtherAccount,
    /// Our clock is 20 minutes ahead for a moment, so that open orders expire.
    ClockJump,
    /// KakaoPay captures the money without our request.
    Capture { payment: usize },
    /// A part is refunded in KakaoPay's console.
    Console { payment: usize, thousands: i64 },
    /// A support form is sent, once more if it was before; the same few forms, contents and fundings again and again.
    Form {
        payer: usize,
        funding: usize,
        thousands: i64,
        form: usize,
    },
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
        1 => Just(Event::OtherAccount),
        1 => Just(Event::ClockJump),
        1 => (0..64_usize).prop_map(|payment| Event::Capture { payment }),
        1 => (0..64_usize, 1..3_i64).prop_map(
            |(payment, thousands)| Event::Console { payment, thousands }),
        4 => (0..PAYERS, 0..FUNDINGS, 1..3_i64, 0..FORMS).prop_map(
            |(payer, funding, thousands, form)| Event::Form { payer, funding, thousands, form }),
    ]
}
