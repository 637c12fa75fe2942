//! Live updates of a funding's page: who watches which funding on this node, and what wakes them.
//!
//! Changes are read from the database, once a second for everything that is watched: they are seen whichever node
//! committed them, and nothing that handles money has to announce them.

mod sql;
mod watchers;

pub use watchers::{Caller, Crowded, Watch, Watchers};

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
    let read = move |conn: &mut _| sql::list_pulses(conn, &watched, now);
    state.watchers.publish(state.db.read(read).await?);
    Ok(())
}
