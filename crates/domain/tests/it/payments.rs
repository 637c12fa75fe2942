//! For any sequence of steps: the ledger balances, and a payer is charged at most once.

use std::collections::HashMap;

use funsun_domain::ids::FundingId;
use funsun_domain::ledger::{LedgerAccount, MovementKind};
use funsun_domain::money::Won;
use funsun_domain::payments::{Payment, PaymentState, Step};
use proptest::prelude::*;

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        Just(Step::Prepare),
        Just(Step::StartApproval),
        Just(Step::Approve),
        (1_i64..4).prop_map(|id| Step::Attach(FundingId::new(id).unwrap())),
        (0_i64..12_000).prop_map(|part| Step::StartRefund(Won::new(part).unwrap())),
        Just(Step::FinishRefund),
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
        let mut payment = Payment::created(Won::new(amount).unwrap());
        let mut balances: HashMap<LedgerAccount, i64> = HashMap::new();
        let mut approvals = 0;
        for step in steps {
            let Ok(next) = payment.step(step) else { continue };
            payment = next.payment;
            if let Some(movement) = next.movement {
                *balances.entry(movement.from).or_default() -= movement.amount.get();
                *balances.entry(movement.to).or_default() += movement.amount.get();
                approvals += i32::from(movement.kind == MovementKind::Approval);
            }
            let held = -balances.get(&LedgerAccount::KakaoPay).copied().unwrap_or(0);
            let expected = if approvals == 1 { amount - payment.refunded.get() } else { 0 };
            prop_assert!(approvals <= 1, "charged twice");
            prop_assert_eq!(balances.values().sum::<i64>(), 0);
            prop_assert_eq!(held, expected);
            prop_assert!(payment.refunded <= payment.amount);
            let holder = payment.funding.map_or(LedgerAccount::Unattached, LedgerAccount::Funding);
            prop_assert_eq!(balances.get(&holder).copied().unwrap_or(0), held);
        }
    }

    #[test]
    fn a_payment_in_a_final_state_accepts_no_step(step in any_step()) {
        for state in [
            PaymentState::Refunded,
            PaymentState::Failed,
            PaymentState::Expired,
            PaymentState::Cancelled,
        ] {
            let payment = Payment { state, ..Payment::created(Won::new(1_000).unwrap()) };
            prop_assert!(payment.step(step).is_err());
        }
    }
}

#[test]
fn a_refund_never_exceeds_what_is_left() {
    let won = |amount| Won::new(amount).unwrap();
    let payment = Payment {
        state: PaymentState::Attached,
        ..Payment::created(won(5_000))
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
        ..Payment::created(won(5_000))
    };
    let refunding = attached.step(Step::StartRefund(won(2_000))).unwrap();
    assert_eq!(refunding.payment.refunding, won(2_000));
    let finished = refunding.payment.step(Step::FinishRefund).unwrap();
    assert_eq!(finished.payment.refunding, Won::ZERO);
    assert_eq!(finished.payment.refunded, won(2_000));
}
