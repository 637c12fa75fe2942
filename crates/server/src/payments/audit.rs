//! The audit: recomputes every total from the ledger and compares our payments with the provider's records.

use std::collections::HashMap;
use std::fmt;

use funsun_domain::ids::PaymentId;
use funsun_domain::ledger::LedgerAccount;
use funsun_domain::money::Won;
use funsun_domain::payments::PaymentState;
use futures_util::{StreamExt, stream};

use super::audit_sql::{self, PaymentSums};
use super::gateway::{PaymentGateway, ProviderState};
use super::stored::StoredPayment;
use super::{list_sql, sql};
use crate::db::{Conn, Db, StorageError};

/// Payments read in one batch.
const BATCH: i64 = 5_000;
/// Most concurrent look-ups.
const LOOK_UPS: usize = 8;
/// Prefix of the provider ids of demo payments, which no provider has.
pub const DEMO_TID: &str = "demo-";

/// Two values that should be equal and are not.
#[derive(Clone, Debug)]
pub struct Difference {
    /// The subject, such as `funding 7`.
    pub subject: String,
    /// What was compared.
    pub what: &'static str,
    /// The expected value.
    pub expected: String,
    /// The actual value.
    pub found: String,
}

/// The result of an audit.
#[derive(Clone, Debug, Default)]
pub struct Findings {
    /// Payments read.
    pub payments: u64,
    /// Payments compared with the provider's records.
    pub looked_up: u64,
    /// Demo payments, which no provider has.
    pub invented: u64,
    /// Payments whose outcome is not certain yet; the sweeper settles them.
    pub unsettled: u64,
    /// The money that the provider holds for us according to our ledger, in won.
    pub held: i64,
    /// All differences.
    pub differences: Vec<Difference>,
}

impl Findings {
    fn compare(
        &mut self,
        subject: impl fmt::Display,
        what: &'static str,
        expected: impl fmt::Display,
        found: impl fmt::Display,
    ) {
        let (expected, found) = (expected.to_string(), found.to_string());
        if expected != found {
            let subject = subject.to_string();
            self.differences.push(Difference {
                subject,
                what,
                expected,
                found,
            });
        }
    }
}

/// Audits the books; with a gateway, every payment is compared with the provider's record too.
///
/// # Errors
/// When the database fails.
pub async fn audit(
    db: &Db,
    gateway: Option<&dyn PaymentGateway>,
) -> Result<Findings, StorageError> {
    let mut findings = db
        .read_slow(|conn: &mut Conn| {
            // One snapshot: the service may go on writing meanwhile.
            diesel::Connection::transaction(conn, audit_books)
        })
        .await?;
    if let Some(gateway) = gateway {
        audit_provider(db, gateway, &mut findings).await?;
    }
    Ok(findings)
}

fn audit_books(conn: &mut Conn) -> Result<Findings, StorageError> {
    let mut findings = Findings::default();
    let mut balances: HashMap<String, i64> = HashMap::new();
    for balance in audit_sql::list_balances(conn)? {
        balances.insert(balance.account, balance.won);
    }
    let sum: i64 = balances.values().sum();
    findings.compare("ledger", "sum of all accounts", 0, sum);
    findings.held = -balances
        .remove(&LedgerAccount::KakaoPay.to_string())
        .unwrap_or(0);
    let unattached = balances
        .remove(&LedgerAccount::Unattached.to_string())
        .unwrap_or(0);
    for total in audit_sql::list_totals(conn)? {
        let account = format!("funding:{}", total.id);
        let held = balances.remove(&account).unwrap_or(0);
        findings.compare(&account, "collected total", held, total.collected_amount);
    }
    for (account, held) in balances {
        findings.compare(account, "account of no funding", 0, held);
    }
    let waiting = audit_payments(conn, &mut findings)?;
    findings.compare("ledger", "payments without a support", waiting, unattached);
    for mismatch in audit_sql::list_mismatches(conn)? {
        let payment = mismatch.payment_id;
        findings.compare(
            format!("support {}", mismatch.id),
            "payment",
            "fits",
            payment,
        );
    }
    Ok(findings)
}

/// Compares each payment with its ledger entries; returns the total held by those without a support, in won.
fn audit_payments(conn: &mut Conn, findings: &mut Findings) -> Result<i64, StorageError> {
    let (mut after, mut waiting) = (0, 0);
    loop {
        let batch = audit_sql::list_payments(conn, after, BATCH)?;
        let Some(last) = batch.last() else {
            return Ok(waiting);
        };
        after = last.id;
        for payment in batch {
            findings.payments += 1;
            if payment.attached == 0 {
                waiting += payment.approved - payment.refunded;
            }
            audit_payment(&payment, findings)?;
        }
    }
}

fn audit_payment(payment: &PaymentSums, findings: &mut Findings) -> Result<(), StorageError> {
    let subject = format!("payment {}", payment.id);
    let state: PaymentState = payment.state.parse().map_err(StorageError::corrupt)?;
    let taken = match state {
        PaymentState::Approved
        | PaymentState::Attached
        | PaymentState::Refunding
        | PaymentState::PartlyRefunded
        | PaymentState::Refunded => payment.amount,
        _ => 0,
    };
    if matches!(state, PaymentState::Approving | PaymentState::Refunding) {
        findings.unsettled += 1;
    }
    let attached = if payment.funding_id.is_some() {
        payment.amount
    } else {
        0
    };
    findings.compare(&subject, "approved", taken, payment.approved);
    findings.compare(&subject, "attached", attached, payment.attached);
    findings.compare(
        &subject,
        "refunded",
        payment.refunded_amount,
        payment.refunded,
    );
    Ok(())
}

async fn audit_provider(
    db: &Db,
    gateway: &dyn PaymentGateway,
    findings: &mut Findings,
) -> Result<(), StorageError> {
    let mut after = 0;
    loop {
        let load = move |conn: &mut Conn| list_sql::list_prepared(conn, after, BATCH);
        let batch: Vec<StoredPayment> = db.read_slow(load).await?;
        let Some(last) = batch.last() else {
            return Ok(());
        };
        after = last.id.get();
        let (invented, known): (Vec<_>, Vec<_>) = batch.into_iter().partition(|payment| {
            payment
                .tid
                .as_deref()
                .is_some_and(|t| t.starts_with(DEMO_TID))
        });
        findings.invented += u64::try_from(invented.len()).unwrap_or(u64::MAX);
        let mut compared = stream::iter(known)
            .map(|payment| compare_with_provider(db, gateway, payment))
            .buffer_unordered(LOOK_UPS);
        while let Some(difference) = compared.next().await {
            findings.looked_up += 1;
            findings.differences.extend(difference?);
        }
    }
}

/// Reads the payment again when the records differ: it may have changed between our read and the look-up.
async fn compare_with_provider(
    db: &Db,
    gateway: &dyn PaymentGateway,
    payment: StoredPayment,
) -> Result<Option<Difference>, StorageError> {
    let first = provider_difference(gateway, &payment).await;
    if first.is_none() {
        return Ok(None);
    }
    let id: PaymentId = payment.id;
    let again = db.read_slow(move |conn| sql::get(conn, id)).await?;
    Ok(if again.rules == payment.rules {
        first
    } else {
        provider_difference(gateway, &again).await
    })
}

async fn provider_difference(
    gateway: &dyn PaymentGateway,
    payment: &StoredPayment,
) -> Option<Difference> {
    let order = payment.provider_order()?;
    let difference = |what, expected: String, found: String| {
        Some(Difference {
            subject: format!("payment {}", payment.id),
            what,
            expected,
            found,
        })
    };
    let lookup = match gateway.look_up(order).await {
        Ok(lookup) => lookup,
        Err(error) => return difference("provider's book", "an entry".into(), error.to_string()),
    };
    let rules = payment.rules;
    let taken = match lookup.state {
        ProviderState::Paid | ProviderState::Cancelled => match rules.amount.minus(lookup.refunded)
        {
            Ok(taken) => taken,
            Err(_) => {
                let found = lookup.refunded.to_string();
                return difference(
                    "refunded by the provider",
                    rules.refunded.to_string(),
                    found,
                );
            }
        },
        ProviderState::Pending | ProviderState::Failed => Won::ZERO,
    };
    let ours = match rules.state {
        PaymentState::Approving => return None,
        PaymentState::Approved
        | PaymentState::Attached
        | PaymentState::Refunding
        | PaymentState::PartlyRefunded
        | PaymentState::Refunded => rules.amount.minus(rules.refunded).ok()?,
        _ => Won::ZERO,
    };
    let under_way = ours.minus(rules.refunding).ok()?;
    // A cancelled order that was never paid has nothing to refund.
    let nothing_taken = lookup.state == ProviderState::Cancelled && lookup.refunded.is_zero();
    let taken = if nothing_taken { Won::ZERO } else { taken };
    if taken == ours || taken == under_way {
        return None;
    }
    difference("held by the provider", ours.to_string(), taken.to_string())
}
