//! Read connections: one for each thread and database, opened at the thread's first read and then reused.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

use super::connection::{self, Conn};
use super::error::StorageError;

/// Identifies a database within the process: tests open several.
static NEXT_ID: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static CONNECTIONS: RefCell<Vec<(u64, Conn)>> = const { RefCell::new(Vec::new()) };
}

/// The read connections to one database.
pub(super) struct Readers {
    url: String,
    id: u64,
}

impl Readers {
    pub(super) fn open(url: &str) -> Result<Self, StorageError> {
        connection::open_reader(url)?;
        let id = NEXT_ID.fetch_add(1, Ordering::Relaxed);
        Ok(Self {
            url: url.to_owned(),
            id,
        })
    }

    /// Runs `work` on this thread's connection.
    pub(super) fn with<T, E>(&self, work: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StorageError>,
    {
        CONNECTIONS.with_borrow_mut(|open| {
            let index = match open.iter().position(|(id, _)| *id == self.id) {
                Some(index) => index,
                None => {
                    open.push((self.id, connection::open_reader(&self.url)?));
                    open.len() - 1
                }
            };
            work(&mut open[index].1)
        })
    }
}
