//! The proof that writes are possible.

use std::time::{Duration, Instant};

use diesel::prelude::*;
use tokio::sync::Mutex;

use super::connection::Conn;
use super::engine::Engine;
use super::error::StorageError;
use super::schema::write_markers;

/// Anybody may ask: a proof is good for this long.
const VALID_FOR: Duration = Duration::from_secs(1);

/// The last proof, or why there was none.
#[derive(Default)]
pub(super) struct WriteCheck {
    last: Mutex<Option<(Instant, Result<(), String>)>>,
}

impl WriteCheck {
    pub(super) async fn run(&self, engine: &Engine) -> Result<(), StorageError> {
        let mut last = self.last.lock().await;
        let recent = last.as_ref().filter(|(at, _)| at.elapsed() < VALID_FOR);
        if let Some((_, result)) = recent {
            return result.clone().map_err(StorageError::Unavailable);
        }
        let result = engine.write(count_up).await;
        *last = Some((
            Instant::now(),
            result
                .as_ref()
                .map_or_else(|error| Err(error.to_string()), |()| Ok(())),
        ));
        result
    }
}

/// Changes the row of the check. A server has no such row: there each connection writes one of its own.
fn count_up(conn: &mut Conn) -> Result<(), StorageError> {
    diesel::update(write_markers::table.find(0))
        .set(write_markers::number.eq(write_markers::number + 1))
        .execute(conn)?;
    Ok(())
}
