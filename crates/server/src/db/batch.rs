//! Work on many rows in batches: one short transaction each, so that no other write waits for long.

use super::{Conn, Db, StorageError};

/// A part of the rows of some work: those with an id above `after`, at most `limit`.
#[derive(Clone, Copy, Debug)]
pub struct Batch {
    /// The last row of the batch before; 0 for the first batch.
    pub after: i64,
    /// Most rows.
    pub limit: i64,
}

impl Batch {
    /// The first rows.
    pub const fn first(limit: i64) -> Self {
        Self { after: 0, limit }
    }

    /// The batch behind this one, in which these ids were found; `None` when they were the last.
    pub fn next(self, ids: &[i64]) -> Option<Self> {
        let full = i64::try_from(ids.len()).is_ok_and(|found| found >= self.limit);
        let after = *ids.last().filter(|_| full)?;
        Some(Self { after, ..self })
    }
}

impl Db {
    /// Runs `work` in one transaction for each batch, until it returns no further one. A failed batch leaves the
    /// earlier ones committed.
    ///
    /// # Errors
    /// The first error of `work`.
    pub async fn write_in_batches<F>(&self, limit: i64, work: F) -> Result<(), StorageError>
    where
        F: Fn(&mut Conn, Batch) -> Result<Option<Batch>, StorageError> + Clone + Send + 'static,
    {
        let mut next = Some(Batch::first(limit));
        while let Some(batch) = next {
            let work = work.clone();
            next = self.write(move |conn: &mut Conn| work(conn, batch)).await?;
        }
        Ok(())
    }
}
