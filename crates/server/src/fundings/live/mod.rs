//! Live updates of a funding's page: the watchers of each funding on this node, and how they are woken.
//!
//! Changes are read from the database, once a second for everything that is watched: they are detected
//! whichever node committed them, and code that handles money need not publish them.

mod sql;
mod watchers;

pub use watchers::{Caller, TooManyWatchers, Watch, Watchers};

use crate::db::StorageError;
use crate::state::AppState;

/// Reads the state of every watched funding, and wakes the watchers of those that have changed.
///
/// # Errors
/// When the database fails.
pub async fn wake_watchers(state: &AppState) -> Result<(), StorageError> {
    let watched = state.watchers.watched();
    if watched.is_empty() {
        return Ok(());
    }
    let now = state.clock.now();
    let read = move |conn: &mut _| sql::list_snapshots(conn, &watched, now);
    state.watchers.publish(state.db.read(read).await?);
    Ok(())
}
