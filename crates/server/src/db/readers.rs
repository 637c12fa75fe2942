//! Read connections: one per thread and database, opened when a thread first reads and kept.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, Ordering};

use super::connection::{self, Conn};
use super::error::StorageError;

static NEXT: AtomicU64 = AtomicU64::new(1);

thread_local! {
    static CONNECTIONS: RefCell<Vec<(u64, Conn)>> = const { RefCell::new(Vec::new()) };
}

/// Read connections to one database.
pub(super) struct Readers {
    url: String,
    id: u64,
    in_place: bool,
}

impl Readers {
    pub(super) fn open(url: &str) -> Result<Self, StorageError> {
        connection::open_reader(url)?;
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(Self {
            url: url.to_owned(),
            id,
            in_place: connection::is_sqlite(url),
        })
    }

    /// True when a short read may run on the thread that serves requests.
    pub(super) fn in_place(&self) -> bool {
        self.in_place
    }

    /// Runs `work` on this thread's connection.
    pub(super) fn with<T, E>(&self, work: impl FnOnce(&mut Conn) -> Result<T, E>) -> Result<T, E>
    where
        E: From<StorageError>,
    {
        CONNECTIONS.with_borrow_mut(|open| {
            let at = match open.iter().position(|(id, _)| *id == self.id) {
                Some(at) => at,
                None => {
                    open.push((self.id, connection::open_reader(&self.url)?));
                    open.len() - 1
                }
            };
            work(&mut open[at].1)
        })
    }
}
