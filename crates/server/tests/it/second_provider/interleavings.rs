//! Random interleavings with the second provider: our records match its in the end, and it captures an order once.
//!
//! 20 cases by default; `PROPTEST_CASES` and `PROPTEST_RNG_SEED` are those of the interleavings with KakaoPay.

use proptest::prelude::*;
use reqwest::Method;
use tokio::runtime::Runtime;
use tokio::sync::Mutex;

use super::in_seconds;
use super::provider::{Confirm, Refunds, Status};
use super::shop::Shop;
use crate::app::{eventually, seoul_time_in};
use crate::interleavings::cases::run_cases;

/// One event. Numbers select an existing order.
#[derive(Clone, Debug)]
enum Event {
    Order,
    /// The payer authenticates, possibly in one more window.
    Authenticate(usize),
    /// The browser comes back from one of the windows.
    ComeBack(usize, usize),
    /// The browser comes back to another order, in this window; with that order's number, or its own.
    Stray(usize, usize, bool),
    /// The next confirmation loses its answer.
    LoseConfirm,
    /// The next confirmation does not arrive.
    DropConfirm,
    /// The next payer chooses a transfer within this many seconds.
    ChooseDeposit(i64),
    /// The transfer arrives.
    Deposit(usize),
    /// The provider speaks of a state that we don't know, for a moment.
    Odd(usize),
    Refunds(Refunds),
    /// The payer takes back a support.
    TakeBack,
    CompleteRefunds(usize),
    AbortRefunds(usize),
    Notice(usize),
    Wait(i64),
}

fn event() -> impl Strategy<Value = Event> {
    let order = 0..16_usize;
    let refunds = prop::sample::select(vec![
        Refunds::Done,
        Refunds::Lost,
        Refunds::Pending,
        Refunds::Declined,
    ]);
    prop_oneof![
        4 => Just(Event::Order),
        5 => order.clone().prop_map(Event::Authenticate),
        8 => (order.clone(), 0..3_usize).prop_map(|(order, window)| Event::ComeBack(order, window)),
        1 => (order.clone(), order.clone(), any::<bool>())
            .prop_map(|(order, other, forged)| Event::Stray(order, other, forged)),
        2 => Just(Event::LoseConfirm),
        1 => Just(Event::DropConfirm),
        2 => (600..90_000_i64).prop_map(Event::ChooseDeposit),
        3 => order.clone().prop_map(Event::Deposit),
        1 => order.clone().prop_map(Event::Odd),
        2 => refunds.prop_map(Event::Refunds),
        3 => Just(Event::TakeBack),
        2 => order.clone().prop_map(Event::CompleteRefunds),
        1 => order.clone().prop_map(Event::AbortRefunds),
        3 => order.prop_map(Event::Notice),
        3 => prop::sample::select(vec![5, 700, 2_000, 100_000]).prop_map(Event::Wait),
    ]
}

/// One case: orders with the queries of their windows.
struct Case<'a> {
    shop: &'a Shop,
    clock: &'a mut i64,
    orders: Vec<(String, Vec<String>)>,
}

impl Case<'_> {
    async fn apply(&mut self, event: &Event) {
        match event {
            Event::Order => {
                let order = self.shop.order().await;
                self.orders.push((order, Vec::new()));
            }
            Event::LoseConfirm => self.shop.toss.script_confirm(Confirm::Lost),
            Event::DropConfirm => self.shop.toss.script_confirm(Confirm::Dropped),
            Event::Stray(number, other, forged) => self.stray(*number, *other, *forged).await,
            Event::ChooseDeposit(seconds) => {
                let until = in_seconds(*self.clock + seconds);
                self.shop.toss.script_confirm(Confirm::Deposit(until));
            }
            Event::Refunds(refunds) => self.shop.toss.script_refunds(*refunds),
            Event::TakeBack => self.take_back().await,
            Event::Wait(seconds) => {
                *self.clock += seconds;
                self.shop.move_clock(*self.clock).await;
            }
            Event::Authenticate(number)
            | Event::ComeBack(number, _)
            | Event::Deposit(number)
            | Event::Odd(number)
            | Event::CompleteRefunds(number)
            | Event::AbortRefunds(number)
            | Event::Notice(number) => {
                if !self.orders.is_empty() {
                    let index = number % self.orders.len();
                    self.apply_to(index, event).await;
                }
            }
        }
    }

    async fn apply_to(&mut self, index: usize, event: &Event) {
        let (order, windows) = &mut self.orders[index];
        let toss = &self.shop.toss;
        match event {
            Event::Authenticate(_) => windows.push(toss.authenticate(order, 5_000)),
            Event::ComeBack(_, window) if !windows.is_empty() => {
                let query = &windows[window % windows.len()];
                self.shop.come_back(order, query).await;
            }
            Event::Deposit(_) if toss.is_awaiting(order) => toss.set_status(order, Status::Done),
            Event::Odd(_) if toss.is_open(order) => toss.set_status(order, Status::Odd),
            Event::CompleteRefunds(_) if !windows.is_empty() => toss.complete_refunds(order),
            Event::AbortRefunds(_) if !windows.is_empty() => toss.abort_refunds(order),
            Event::Notice(_) => drop(self.shop.notify("toss", order, false).await),
            _ => {}
        }
    }

    /// The return of one order, to another.
    async fn stray(&self, number: usize, other: usize, forged: bool) {
        let count = self.orders.len().max(1);
        let own = self.orders.get(number % count);
        let (Some((order, windows)), Some((other, _))) = (own, self.orders.get(other % count))
        else {
            return;
        };
        if let Some(query) = windows.first().filter(|_| order != other) {
            let query = match forged {
                true => query.replace(order.as_str(), other),
                false => query.clone(),
            };
            self.shop.come_back(other, &query).await;
        }
    }

    async fn take_back(&self) {
        let path = format!("/remit/?id={}", self.shop.funding["id"]);
        if self.shop.friend.status(&path).await != 200 {
            return;
        }
        let supports = self.shop.friend.get(&path).await;
        let id = supports[0]["id"].to_string();
        let fields = [("id", id.as_str())];
        let answer = self
            .shop
            .friend
            .form(Method::DELETE, "/remit/", &fields)
            .await;
        assert!(!answer.status.is_server_error(), "{answer:?}");
    }

    /// The provider comes to its senses; time passes until everything is settled. Checks the records.
    async fn finish(mut self) {
        self.shop.toss.script_refunds(Refunds::Done);
        self.shop.toss.forget_script();
        for (order, windows) in &self.orders {
            if !windows.is_empty() {
                self.shop.toss.recover(order);
            }
        }
        let unsettled = [
            "created",
            "ready",
            "approving",
            "awaiting_deposit",
            "approved",
            "refunding",
        ];
        for (order, windows) in &self.orders {
            let confirmed = windows
                .first()
                .map_or(0, |_| self.shop.toss.record(order).confirmed.len());
            assert!(confirmed <= 1, "{order} was confirmed {confirmed} times");
        }
        eventually("our records match", async || {
            *self.clock += 30_000;
            self.shop.move_clock(*self.clock).await;
            let mut matches = true;
            for (order, windows) in &self.orders {
                let mut theirs = 0;
                if !windows.is_empty() {
                    self.shop.toss.complete_refunds(order);
                    // A deposit may have come after our last look.
                    self.shop.notify("toss", order, false).await;
                    let record = self.shop.toss.record(order);
                    let done = record.status == Status::Done;
                    theirs = i64::from(done) * record.total - record.refunded;
                }
                let ours = self.shop.record(order).await;
                let state = ours["state"].as_str().unwrap();
                let charged = ["attached", "refunded", "partly_refunded"].contains(&state);
                let refunded = ours["refunded_amount"].as_i64().unwrap();
                let held = i64::from(charged) * 5_000 - refunded;
                matches &= !unsettled.contains(&state) && held == theirs;
            }
            matches
        })
        .await;
        self.orders.clear();
    }
}

#[test]
fn our_records_match_the_second_provider_after_any_interleaving() {
    let runtime = Runtime::new().unwrap();
    let shop = Mutex::new((runtime.block_on(Shop::open()), 0_i64));
    run_cases(20, event(), |events| {
        runtime.block_on(async {
            let (shop, clock) = &mut *shop.lock().await;
            let deadline = seoul_time_in(*clock + 360 * 86_400);
            shop.funding = shop.author.opens_until("자전거", true, &deadline).await;
            let mut case = Case {
                shop,
                clock,
                orders: Vec::new(),
            };
            for event in &events {
                case.apply(event).await;
            }
            case.finish().await;
        });
    });
}
