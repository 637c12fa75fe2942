//! The audit: recomputes every total from the ledger and compares our payments with the providers' records. It reads in
//! batches, each in a snapshot of its own, so that it needs neither memory nor a long-lived snapshot.

mod books;
mod findings;
mod provider;
mod provider_sql;
mod sql;

pub use findings::{Difference, Findings};

use super::merchants::Merchants;
use crate::clock::Clock;
use crate::db::{Db, StorageError};

/// Payments read in one batch.
const BATCH: i64 = 2_000;

/// What to compare with the providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// What has changed since the last clean run.
    Changed,
    /// Every payment.
    All,
}

/// Audits the books; with our accounts at providers, payments are compared with their records too, and a run without a
/// difference is remembered.
///
/// # Errors
/// When the database fails.
pub async fn audit(
    db: &Db,
    merchants: Option<(&Merchants, Scope)>,
    clock: &Clock,
) -> Result<Findings, StorageError> {
    let started = clock.now();
    let mut findings = Findings::default();
    books::audit(db, &mut findings).await?;
    let Some((merchants, scope)) = merchants else {
        return Ok(findings);
    };
    let since = match scope {
        Scope::All => None,
        Scope::Changed => db.read_slow(provider_sql::find_last_clean_run).await?,
    };
    provider::audit(db, merchants, since, &mut findings).await?;
    let differences = i64::try_from(findings.differences).unwrap_or(i64::MAX);
    if findings.not_compared == 0 {
        let finished = clock.now();
        db.write(move |conn| provider_sql::record_run(conn, started, finished, differences))
            .await?;
    }
    Ok(findings)
}
