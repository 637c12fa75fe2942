//! The size of SQLite's write-ahead log. A checkpoint empties it, but for the part that a read still needs: a read
//! that lasts makes it grow without end (<https://www.sqlite.org/wal.html#avoiding_excessively_large_wal_files>).

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::connection;

/// Checkpoints start at 4 MB.
const WARN_ABOVE_BYTES: u64 = 128 * 1024 * 1024;
const INTERVAL: Duration = Duration::from_secs(30);

pub(super) struct SizeCheck {
    path: Option<PathBuf>,
    next: Instant,
}

impl SizeCheck {
    pub(super) fn of(url: &str) -> Self {
        Self {
            path: connection::sqlite_path(url).map(|path| format!("{path}-wal").into()),
            next: Instant::now(),
        }
    }

    /// Logs a log that is too large, now and then.
    pub(super) fn check(&mut self) {
        let now = Instant::now();
        if now < self.next {
            return;
        }
        self.next = now + INTERVAL;
        let metadata = self.path.as_ref().and_then(|path| path.metadata().ok());
        if let Some(bytes) = metadata.map(|metadata| metadata.len())
            && bytes > WARN_ABOVE_BYTES
        {
            tracing::warn!(
                bytes,
                "the write-ahead log can't be emptied: a read has lasted for long, here or in another program"
            );
        }
    }
}
