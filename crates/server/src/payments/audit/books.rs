//! Our own records: each payment against its ledger entries, its refunds and its support, each funding against its
//! payments.

use std::collections::HashMap;

use funsun_domain::ids::MerchantAccountId;
use funsun_domain::ledger::TransactionKind;
use funsun_domain::payments::{PaymentState, RefundState};

use super::sql::{self, Entry, PaymentFacts, RefundFacts, SupportFacts};
use super::{BATCH, Findings};
use crate::db::{Conn, Db, StorageError};
use crate::payments::merchants_sql::find_demo_account;

/// The rows of a range of payments, read in one snapshot.
struct Batch {
    payments: Vec<PaymentFacts>,
    entries: HashMap<i64, Vec<Entry>>,
    refunds: HashMap<i64, Vec<RefundFacts>>,
    supports: HashMap<i64, SupportFacts>,
}

/// Adds what differs in our own records.
///
/// # Errors
/// When the database fails.
pub async fn audit(db: &Db, findings: &mut Findings) -> Result<(), StorageError> {
    let demo = db
        .read_slow(find_demo_account)
        .await?
        .map(MerchantAccountId::get);
    let mut after = 0;
    while let Some(batch) = db.read_slow(move |conn| read_batch(conn, after)).await? {
        after = batch.payments.last().map_or(after, |payment| payment.id);
        let account = |payment: &&PaymentFacts| Some(payment.merchant_account_id) == demo;
        let invented = batch.payments.iter().filter(account).count();
        findings.invented += u64::try_from(invented).unwrap_or(u64::MAX);
        audit_batch(batch, findings);
    }
    audit_totals(db, findings).await?;
    audit_transactions(db, findings).await
}

fn read_batch(conn: &mut Conn, after: i64) -> Result<Option<Batch>, StorageError> {
    diesel::Connection::transaction(conn, |conn| {
        let payments = sql::list_payments(conn, after, BATCH)?;
        let (Some(first), Some(last)) = (payments.first(), payments.last()) else {
            return Ok(None);
        };
        let (first, last) = (first.id, last.id);
        let mut entries: HashMap<i64, Vec<Entry>> = HashMap::new();
        for entry in sql::list_entries(conn, first, last)? {
            entries.entry(entry.payment_id).or_default().push(entry);
        }
        let mut refunds: HashMap<i64, Vec<RefundFacts>> = HashMap::new();
        for refund in sql::list_refunds(conn, first, last)? {
            refunds.entry(refund.payment_id).or_default().push(refund);
        }
        let supports = sql::list_supports(conn, first, last)?;
        Ok(Some(Batch {
            payments,
            entries,
            refunds,
            supports: supports.into_iter().map(|it| (it.payment_id, it)).collect(),
        }))
    })
}

fn audit_batch(mut batch: Batch, findings: &mut Findings) {
    for payment in &batch.payments {
        findings.payments += 1;
        let refunds = batch.refunds.remove(&payment.id).unwrap_or_default();
        let entries = batch.entries.remove(&payment.id).unwrap_or_default();
        for entry in &entries {
            add_to_held(entry, findings);
        }
        let subject = format!("payment {}", payment.id);
        let Ok(state) = payment.state.parse::<PaymentState>() else {
            findings.compare(&subject, "state", "a known state", &payment.state);
            continue;
        };
        if matches!(state, PaymentState::Approving | PaymentState::Refunding) {
            findings.unsettled += 1;
        }
        audit_entries(payment, state, &refunds, &entries, findings);
        audit_refunds(payment, state, &refunds, findings);
        audit_support(payment, state, batch.supports.get(&payment.id), findings);
    }
}

/// The balance of a receivable account is negative by what the provider holds.
fn add_to_held(entry: &Entry, findings: &mut Findings) {
    let is_at_provider = |account: &str| account.starts_with("receivable:");
    if is_at_provider(&entry.from_account) {
        findings.held += i128::from(entry.amount);
    }
    if is_at_provider(&entry.to_account) {
        findings.held -= i128::from(entry.amount);
    }
}

/// Compares the entries with those that the payment's state and its refunds explain.
fn audit_entries(
    payment: &PaymentFacts,
    state: PaymentState,
    refunds: &[RefundFacts],
    entries: &[Entry],
    findings: &mut Findings,
) {
    let mut expected = expected_entries(payment, state, refunds);
    let mut found: Vec<String> = entries.iter().map(describe).collect();
    found.retain(|entry| match expected.iter().position(|it| it == entry) {
        Some(index) => {
            expected.swap_remove(index);
            false
        }
        None => true,
    });
    let mut found = found.into_iter();
    for missing in expected {
        let instead = found.next().unwrap_or_else(|| "none".to_owned());
        findings.compare(format!("payment {}", payment.id), "entry", missing, instead);
    }
    for extra in found {
        findings.compare(format!("payment {}", payment.id), "entry", "none", extra);
    }
}

fn describe(entry: &Entry) -> String {
    line(
        &entry.kind,
        entry.reference,
        &entry.from_account,
        &entry.to_account,
        entry.amount,
    )
}

fn line(kind: &str, reference: i64, from: &str, to: &str, amount: i64) -> String {
    format!("{kind} {reference}: {from} > {to} {amount}")
}

fn expected_entries(
    payment: &PaymentFacts,
    state: PaymentState,
    refunds: &[RefundFacts],
) -> Vec<String> {
    use TransactionKind as Kind;
    let receivable = format!("receivable:{}", payment.merchant_account_id);
    let (unattached, due) = ("unattached", "refunds_due");
    let holder = payment
        .funding_id
        .map_or(unattached.to_owned(), |id| format!("funding:{id}"));
    let mut lines = Vec::new();
    let mut expect = |kind: Kind, reference, from: &str, to: &str, amount| {
        lines.push(line(kind.as_str(), reference, from, to, amount));
    };
    let (id, amount) = (payment.id, payment.amount);
    if state.is_charged() {
        expect(Kind::Approval, id, &receivable, unattached, amount);
    }
    if payment.funding_id.is_some() {
        expect(Kind::Attachment, id, unattached, &holder, amount);
    }
    for refund in refunds {
        let (id, amount) = (refund.id, refund.amount);
        expect(Kind::RefundStart, id, &holder, due, amount);
        match RefundState::parse(&refund.state) {
            Some(RefundState::Done) if refund.by_bank == 1 => {
                expect(Kind::RefundByBank, id, due, "bank", amount);
            }
            Some(RefundState::Done) => expect(Kind::Refund, id, due, &receivable, amount),
            Some(RefundState::Stopped) => expect(Kind::RefundStop, id, due, &holder, amount),
            _ => {}
        }
    }
    lines
}

/// Compares the amounts and the state with the refunds.
fn audit_refunds(
    payment: &PaymentFacts,
    state: PaymentState,
    refunds: &[RefundFacts],
    findings: &mut Findings,
) {
    let subject = format!("payment {}", payment.id);
    let (mut done, mut open) = (0, 0);
    for refund in refunds {
        let amount = i128::from(refund.amount);
        match RefundState::parse(&refund.state) {
            Some(RefundState::Done) => done += amount,
            Some(RefundState::Stopped) => {}
            Some(_) => open += amount,
            None => {
                let subject = format!("refund {}", refund.id);
                findings.compare(subject, "state", "a known state", &refund.state);
            }
        }
    }
    findings.compare(&subject, "refunded", done, payment.refunded_amount);
    findings.compare(&subject, "being refunded", open, payment.refunding_amount);
    if state.is_charged() {
        let expected = match (open, done) {
            (1.., _) => PaymentState::Refunding,
            (_, done) if done == i128::from(payment.amount) => PaymentState::Refunded,
            (_, 1..) => PaymentState::PartlyRefunded,
            _ if payment.funding_id.is_some() => PaymentState::Attached,
            _ => PaymentState::Approved,
        };
        findings.compare(&subject, "state", expected, state);
    }
}

fn audit_support(
    payment: &PaymentFacts,
    state: PaymentState,
    support: Option<&SupportFacts>,
    findings: &mut Findings,
) {
    let subject = format!("payment {}", payment.id);
    match (payment.funding_id, support) {
        (None, None) => {}
        (Some(_), None) => findings.compare(&subject, "support", "one", "none"),
        (None, Some(support)) => {
            findings.compare(&subject, "support", "none", support.id);
        }
        (Some(funding), Some(support)) => {
            let expected = (payment.account_id, funding, payment.amount);
            let found = (support.author_id, support.funding_id, support.amount);
            let text = |(author, funding, amount)| format!("{author} {funding} {amount}");
            let subject = format!("support {}", support.id);
            let what = "author, funding, amount";
            findings.compare(&subject, what, text(expected), text(found));
            let taken = support.taken_back_at.is_some();
            // A part can be refunded at the provider without taking the support back.
            let expected = match state {
                PaymentState::Attached => false,
                PaymentState::Refunding | PaymentState::Refunded => true,
                _ => taken,
            };
            findings.compare(&subject, "taken back", expected, taken);
        }
    }
}

async fn audit_totals(db: &Db, findings: &mut Findings) -> Result<(), StorageError> {
    let (mut after, mut stranded) = (0, Vec::new());
    loop {
        let totals = db
            .read_slow(move |conn| sql::list_totals(conn, after, BATCH))
            .await?;
        let Some(last) = totals.last() else {
            return audit_deleted(db, findings, stranded).await;
        };
        after = last.id;
        for total in &totals {
            let account = format!("funding:{}", total.id);
            findings.compare(
                &account,
                "collected total",
                total.held,
                total.collected_amount,
            );
            if total.stranded != 0 {
                stranded.push(total.id);
            }
        }
    }
}

/// Finds money that stays on deleted fundings. While refunds of deleted fundings are still being begun, it is not
/// certain yet.
async fn audit_deleted(
    db: &Db,
    findings: &mut Findings,
    stranded: Vec<i64>,
) -> Result<(), StorageError> {
    if stranded.is_empty() {
        return Ok(());
    }
    if db.read_slow(sql::has_refunds_to_begin).await? {
        findings.unsettled += u64::try_from(stranded.len()).unwrap_or(u64::MAX);
        return Ok(());
    }
    for id in stranded {
        // Its refunds may have begun since.
        let again = db.read_slow(move |conn| sql::list_totals(conn, id - 1, 1));
        for total in again.await?.iter().filter(|total| total.id == id) {
            let account = format!("funding:{id}");
            findings.compare(account, "money on a deleted funding", 0, total.stranded);
        }
    }
    Ok(())
}

/// Finds transactions of no payment and no refund: those that have one were compared with it.
async fn audit_transactions(db: &Db, findings: &mut Findings) -> Result<(), StorageError> {
    let mut after = 0;
    loop {
        let batch = db
            .read_slow(move |conn| sql::list_transactions(conn, after, BATCH))
            .await?;
        let Some(last) = batch.last() else {
            return Ok(());
        };
        after = last.id;
        for transaction in &batch {
            let kind = TransactionKind::parse(&transaction.kind);
            if kind.is_none() || transaction.known == 0 {
                let subject = format!("transaction {}", transaction.id);
                let found = format!("{} {}", transaction.kind, transaction.reference);
                findings.compare(subject, "payment or refund", "one", found);
            }
        }
    }
}
