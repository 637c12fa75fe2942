//! What goes on in the background while the service runs.

use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::accounts;
use crate::payments::sweep::sweep;
use crate::state::AppState;

/// Pause between two looks for logins that were ended elsewhere.
const REVOCATION_POLL: Duration = Duration::from_secs(1);
/// Seconds by which other nodes' clocks may lag behind ours.
const CLOCK_LAG_SECONDS: i64 = 30;

/// Sweeps payments and does jobs: at once, then periodically and whenever something is due right now.
pub async fn sweep_forever(state: AppState) {
    let period = state.config.sweep_interval;
    let mut ticks = interval_at(Instant::now(), period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = state.sweep_now.notified() => {}
        }
        if let Err(error) = sweep(&state).await {
            tracing::error!(%error, "the sweep failed");
        }
        if let Err(error) = super::run_due(&state).await {
            tracing::error!(error = format!("{error:#}"), "the jobs could not be done");
        }
    }
}

/// Learns which logins were ended by another process or node.
pub async fn learn_revocations_forever(state: AppState) {
    let mut ticks = interval_at(Instant::now() + REVOCATION_POLL, REVOCATION_POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let since = state.clock.now().plus_seconds(-CLOCK_LAG_SECONDS);
        if let Err(error) = accounts::learn_revocations(&state, since).await {
            tracing::error!(%error, "ended logins could not be read");
        }
    }
}
