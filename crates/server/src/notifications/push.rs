//! Waking a browser: a job that reads what the member may read right now, and asks their push service.

use crate::state::AppState;

pub async fn push(_state: &AppState, _subject: &str) -> anyhow::Result<()> {
    Ok(())
}
