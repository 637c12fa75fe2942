//! The tables and diagrams of `docs/payments.md` that are drawn from the state machine and the ledger.
//!
//! When a rule changes, `FUNSUN_UPDATE_DOCS=1 cargo test -p funsun-domain` writes the document again.

use std::fmt::Write;
use std::path::PathBuf;

use funsun_domain::ids::{FundingId, MerchantAccountId};
use funsun_domain::ledger::{LedgerAccount, TransactionKind};
use funsun_domain::money::Won;
use funsun_domain::payments::{Payment, PaymentState, RefundState, Step, Transition};

/// Every step, with the name that the diagram gives it.
fn steps() -> Vec<(&'static str, Step)> {
    vec![
        ("the provider accepts the order", Step::Prepare),
        ("the payer returns", Step::StartApproval),
        ("a transfer will follow", Step::AwaitDeposit),
        ("captured", Step::Approve),
        ("attached", Step::Attach(FundingId::new(1).unwrap())),
        ("a refund begins", Step::StartRefund(Won::new(600).unwrap())),
        ("refunded", Step::FinishRefund),
        ("refunded by bank", Step::FinishRefundByBank),
        ("the refund is stopped", Step::StopRefund),
        ("declined", Step::Fail),
        ("out of time", Step::Expire),
        ("cancelled", Step::Cancel),
    ]
}

/// Payments in this state: attached or not, in part refunded or not.
fn examples(state: PaymentState) -> Vec<Payment> {
    let won = |amount| Won::new(amount).unwrap();
    let merchant = MerchantAccountId::new(1).unwrap();
    let funding = FundingId::new(1).unwrap();
    let base = Payment {
        state,
        ..Payment::created(merchant, won(1_000))
    };
    let refunding = |part| match state {
        PaymentState::Refunding => won(part),
        _ => Won::ZERO,
    };
    let mut examples = Vec::new();
    for funding in [None, Some(funding)] {
        for refunded in [0, 400] {
            examples.push(Payment {
                funding,
                refunded: won(refunded),
                refunding: refunding(600),
                ..base
            });
        }
    }
    examples
}

fn transitions() -> Vec<(PaymentState, &'static str, Transition)> {
    let mut all = Vec::new();
    for state in PaymentState::ALL {
        for payment in examples(state) {
            for (name, step) in steps() {
                if let Ok(transition) = payment.step(step) {
                    all.push((state, name, transition));
                }
            }
        }
    }
    all
}

fn state_diagram() -> String {
    let mut lines: Vec<String> = Vec::new();
    for (from, name, transition) in transitions() {
        let line = format!("    {from} --> {}: {name}", transition.payment.state);
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    format!(
        "```mermaid\nstateDiagram-v2\n    [*] --> created\n{}\n```\n",
        lines.join("\n")
    )
}

fn refund_diagram() -> String {
    let mut text = String::from("```mermaid\nstateDiagram-v2\n    [*] --> requested\n");
    for from in RefundState::ALL {
        for to in RefundState::ALL.into_iter().filter(|to| *to != from) {
            if from.may_become(to) {
                writeln!(text, "    {} --> {}", from.as_str(), to.as_str()).unwrap();
            }
        }
    }
    text + "```\n"
}

/// An account as the table names it.
fn account(account: LedgerAccount) -> String {
    match account {
        LedgerAccount::Receivable(_) => "`receivable:M`".to_owned(),
        LedgerAccount::Funding(_) => "`funding:N`".to_owned(),
        single => format!("`{single}`"),
    }
}

fn transaction_table() -> String {
    let mut text = String::from("| transaction | reference | postings |\n|---|---|---|\n");
    for kind in TransactionKind::ALL {
        let mut postings: Vec<String> = Vec::new();
        for (_, _, transition) in transitions() {
            let Some(transaction) = transition.transaction.filter(|it| it.kind == kind) else {
                continue;
            };
            for posting in transaction.postings {
                let line = format!("{} → {}", account(posting.from), account(posting.to));
                if !postings.contains(&line) {
                    postings.push(line);
                }
            }
        }
        let reference = if kind.is_of_refund() {
            "refund"
        } else {
            "payment"
        };
        writeln!(
            text,
            "| {} | {reference} | {} |",
            kind.as_str(),
            postings.join(", or ")
        )
        .unwrap();
    }
    text
}

/// Puts `block` between the marks of this name.
fn replaced(document: &str, name: &str, block: &str) -> String {
    let (begin, end) = (format!("<!-- {name} -->\n"), format!("<!-- end {name} -->"));
    let (before, rest) = document.split_once(&begin).unwrap();
    let (_, after) = rest.split_once(&end).unwrap();
    format!("{before}{begin}{block}{end}{after}")
}

#[test]
fn the_document_shows_the_states_and_the_ledger_as_they_are() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/payments.md");
    let document = std::fs::read_to_string(&path).unwrap();
    let mut expected = document.clone();
    for (name, block) in [
        ("states", state_diagram()),
        ("refund states", refund_diagram()),
        ("transactions", transaction_table()),
    ] {
        expected = replaced(&expected, name, &block);
    }
    if std::env::var_os("FUNSUN_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &expected).unwrap();
    } else {
        assert!(
            document == expected,
            "docs/payments.md is stale: FUNSUN_UPDATE_DOCS=1 cargo test -p funsun-domain writes it again"
        );
    }
}

#[test]
fn no_state_is_without_a_way_out() {
    let rests = |state: PaymentState| {
        state.is_closed() || matches!(state, PaymentState::Attached | PaymentState::Refunded)
    };
    let all = transitions();
    let mut ends: Vec<PaymentState> = PaymentState::ALL
        .into_iter()
        .filter(|it| rests(*it))
        .collect();
    for _ in PaymentState::ALL {
        for (from, _, transition) in &all {
            if ends.contains(&transition.payment.state) && !ends.contains(from) {
                ends.push(*from);
            }
        }
    }
    for state in PaymentState::ALL {
        assert!(ends.contains(&state), "{state}");
    }
}
