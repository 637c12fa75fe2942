//! For any sequence of steps: the ledger balances, and a payer is charged at most once.

use std::collections::HashMap;

use funsun_domain::ids::{FundingId, MerchantAccountId};
use funsun_domain::ledger::{LedgerAccount, TransactionKind};
use funsun_domain::money::Won;
use funsun_domain::payments::{Payment, PaymentState, Step};
use proptest::prelude::*;

fn merchant() -> MerchantAccountId {
    MerchantAccountId::new(1).unwrap()
}

fn created(amount: i64) -> Payment {
    Payment::created(merchant(), Won::new(amount).unwrap())
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Prepare),
        Just(Step::StartApproval),
        Just(Step::Approve),
        (1_i64..4).prop_map(|id| Step::Attach(FundingId::new(id).unwrap())),
        (0_i64..12_000).prop_map(|part| Step::StartRefund(Won::new(part).unwrap())),
        Just(Step::AwaitDeposit),
        Just(Step::FinishRefund),
        Just(Step::FinishRefundByBank),
        Just(Step::StopRefund),
        Just(Step::Fail),
        Just(Step::Expire),
        Just(Step::Cancel),
    ]
}

/// Mostly the usual course of a payment, with random steps mixed in: random steps alone rarely get past `approving`.
fn any_history() -> impl Strategy<Value = Vec<Step>> {
    let usual = [
        Step::Prepare,
        Step::StartApproval,
        Step::Approve,
        Step::Attach(FundingId::new(1).unwrap()),
    ];
    proptest::collection::vec((any_step(), proptest::bool::weighted(0.7)), 0..40).prop_map(
        move |steps| {
            let mut usual = usual.into_iter();
            steps
                .into_iter()
                .map(|(step, follow)| {
                    if follow {
                        usual.next().unwrap_or(step)
                    } else {
                        step
                    }
                })
                .collect()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn the_ledger_balances_after_every_step(steps in any_history(), amount in 1_000_i64..10_000) {
        let mut payment = created(amount);
        let mut balances: HashMap<LedgerAccount, i64> = HashMap::new();
        let mut approvals = 0;
        for step in steps {
            let Ok(next) = payment.step(step) else { continue };
            payment = next.payment;
            if let Some(transaction) = next.transaction {
                for posting in &transaction.postings {
                    *balances.entry(posting.from).or_default() -= posting.amount.get();
                    *balances.entry(posting.to).or_default() += posting.amount.get();
                }
                approvals += i32::from(transaction.kind == TransactionKind::Approval);
            }
            let balance = |account| balances.get(&account).copied().unwrap_or(0);
            let charged = if approvals == 1 { amount } else { 0 };
            let paid_back = balance(LedgerAccount::Bank) + balance(LedgerAccount::Receivable(merchant())) + charged;
            prop_assert!(approvals <= 1, "charged twice");
            prop_assert_eq!(approvals == 1, payment.state.is_charged());
            prop_assert_eq!(balances.values().sum::<i64>(), 0);
            prop_assert_eq!(paid_back, payment.refunded.get());
            prop_assert_eq!(balance(LedgerAccount::RefundsDue), payment.refunding.get());
            prop_assert_eq!(payment.refunding.is_zero(), payment.state != PaymentState::Refunding);
            let holder = payment.funding.map_or(LedgerAccount::Unattached, LedgerAccount::Funding);
            let held = charged - payment.refunded.get() - payment.refunding.get();
            prop_assert_eq!(balance(holder), held);
        }
    }

    #[test]
    fn a_refunded_payment_accepts_no_step(step in any_step()) {
        let payment = Payment { state: PaymentState::Refunded, ..created(1_000) };
        prop_assert!(payment.step(step).is_err());
    }

    #[test]
    fn a_closed_payment_accepts_only_that_money_was_found(step in any_step()) {
        for state in PaymentState::ALL.into_iter().filter(|state| state.is_closed()) {
            let payment = Payment { state, ..created(1_000) };
            prop_assert_eq!(payment.step(step).is_ok(), step == Step::Approve);
        }
    }

    #[test]
    fn tax_free_shares_of_all_refunds_add_up(
        amount in 1_000_i64..1_000_000,
        percent in 0_i64..=100,
        cuts in proptest::collection::vec(1_i64..500_000, 0..5),
    ) {
        let tax_free = Won::new(amount * percent / 100).unwrap();
        let mut payment = Payment { state: PaymentState::Attached, ..created(amount) };
        let mut shares = 0;
        for part in cuts.into_iter().chain([i64::MAX]) {
            let part = Won::new(part).unwrap().min(payment.refundable());
            if part.is_zero() {
                break;
            }
            let share = payment.tax_free_share(tax_free, part).unwrap();
            prop_assert!(share <= part);
            shares += share.get();
            let begun = payment.step(Step::StartRefund(part)).unwrap().payment;
            payment = begun.step(Step::FinishRefund).unwrap().payment;
        }
        prop_assert_eq!(payment.state, PaymentState::Refunded);
        prop_assert_eq!(shares, tax_free.get());
    }
}

#[test]
fn a_refund_never_exceeds_what_is_left() {
    let won = |amount| Won::new(amount).unwrap();
    let payment = Payment {
        state: PaymentState::Attached,
        ..created(5_000)
    };
    assert!(payment.step(Step::StartRefund(won(5_001))).is_err());
    assert!(payment.step(Step::StartRefund(Won::ZERO)).is_err());
    let part = payment.step(Step::StartRefund(won(2_000))).unwrap().payment;
    let partly = part.step(Step::FinishRefund).unwrap().payment;
    assert_eq!(
        (partly.state, partly.refundable()),
        (PaymentState::PartlyRefunded, won(3_000))
    );
    let rest = partly.step(Step::StartRefund(won(3_000))).unwrap().payment;
    assert_eq!(
        rest.step(Step::FinishRefund).unwrap().payment.state,
        PaymentState::Refunded
    );
}

#[test]
fn every_state_is_parsed_from_its_name() {
    for state in PaymentState::ALL {
        assert_eq!(state.as_str().parse(), Ok(state));
    }
}

#[test]
fn only_a_refunding_payment_has_a_refund_in_progress() {
    let won = |amount| Won::new(amount).unwrap();
    let attached = Payment {
        state: PaymentState::Attached,
        ..created(5_000)
    };
    let refunding = attached.step(Step::StartRefund(won(2_000))).unwrap();
    assert_eq!(refunding.payment.refunding, won(2_000));
    let finished = refunding.payment.step(Step::FinishRefund).unwrap();
    assert_eq!(finished.payment.refunding, Won::ZERO);
    assert_eq!(finished.payment.refunded, won(2_000));
}
