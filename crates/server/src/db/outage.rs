//! Times in which nothing can be written, logged once when they begin and once when they end.

use std::time::Instant;

use super::StorageError;

#[derive(Default)]
pub(super) struct Outage {
    since: Option<Instant>,
}

impl Outage {
    /// A transaction failed for a reason that others share.
    pub(super) fn began(&mut self, error: &StorageError) {
        if self.since.is_none() {
            self.since = Some(Instant::now());
            tracing::error!(%error, "the database can't be written: writes are refused until it can");
        }
    }

    /// A transaction was committed.
    pub(super) fn ended(&mut self) {
        if let Some(since) = self.since.take() {
            let seconds = since.elapsed().as_secs();
            tracing::warn!(seconds, "the database can be written again");
        }
    }
}
