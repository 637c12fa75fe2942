//! The loops of the workers. Each ends only when it is aborted.

use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::identity::sessions;
use crate::jobs::{Lane, Registry, run_due};
use crate::payments::sweep_now::Sweep;
use crate::state::AppState;
use crate::{fundings, notifications, payments};

/// Interval between polls for sessions that another node or process has ended.
const REVOCATION_POLL: Duration = Duration::from_secs(1);
/// Interval between polls for push messages.
const PUSH_POLL: Duration = Duration::from_secs(1);
/// Interval between polls for changes of watched fundings.
const WATCH_POLL: Duration = Duration::from_secs(1);
/// Interval between deletions of old rows.
const DELETION_PERIOD: Duration = Duration::from_secs(3_600);
/// Seconds by which other nodes' clocks may lag behind ours.
const CLOCK_LAG_SECONDS: i64 = 30;

/// Sweeps some of the unfinished payments or refunds: at once, then periodically and whenever one is due right now.
pub(super) async fn sweep(state: AppState, what: Sweep) {
    let mut ticks = sweep_ticks(&state);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = state.sweep_now.notified(what) => {}
        }
        if let Err(error) = payments::sweep::sweep(&state, what).await {
            tracing::error!(%error, "the sweep failed");
        }
    }
}

/// Runs jobs, at the same interval. Separate from the sweep: a job that waits for Kakao must not keep money waiting.
pub(super) async fn run_jobs(state: AppState, registry: Registry) {
    let mut ticks = sweep_ticks(&state);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = state.jobs_now.notified() => {}
        }
        if let Err(error) = run_due(&state, &registry, Lane::Work).await {
            tracing::error!(error = format!("{error:#}"), "the jobs could not be run");
        }
    }
}

/// Sends push messages every second, for a low delay.
pub(super) async fn push(state: AppState, registry: Registry) {
    let mut ticks = ticks(PUSH_POLL);
    loop {
        ticks.tick().await;
        if let Err(error) = run_due(&state, &registry, Lane::Push).await {
            tracing::error!(
                error = format!("{error:#}"),
                "push messages could not be sent"
            );
        }
    }
}

/// Wakes the live streams of fundings that have changed.
pub(super) async fn wake_watchers(state: AppState) {
    let mut ticks = ticks(WATCH_POLL);
    loop {
        ticks.tick().await;
        if let Err(error) = fundings::live::wake_watchers(&state).await {
            tracing::error!(%error, "changes of watched fundings could not be read");
        }
    }
}

/// Notifies friends of birthdays, once a day.
pub(super) async fn notify_of_birthdays(state: AppState) {
    let mut ticks = sweep_ticks(&state);
    let mut done = None;
    loop {
        ticks.tick().await;
        match notifications::notify_of_birthdays(&state, done.clone()).await {
            Ok(now_done) => done = now_done,
            Err(error) => tracing::error!(%error, "friends could not be notified of birthdays"),
        }
    }
}

/// Loads the sessions that another process or node has ended. After a failure, the next poll covers the missed
/// period, too.
pub(super) async fn load_revocations(state: AppState) {
    let mut ticks = ticks(REVOCATION_POLL);
    let mut learnt = state.clock.now();
    loop {
        ticks.tick().await;
        let now = state.clock.now();
        let since = learnt.min(now).plus_seconds(-CLOCK_LAG_SECONDS);
        match sessions::load_revocations(&state, since).await {
            Ok(()) => learnt = now,
            Err(error) => tracing::error!(%error, "ended sessions could not be read"),
        }
    }
}

/// Deletes expired sessions and old notifications: at once, then every hour.
pub(super) async fn delete_old(state: AppState) {
    let mut ticks = ticks(DELETION_PERIOD);
    loop {
        ticks.tick().await;
        match sessions::delete_expired(&state).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "deleted expired sessions"),
            Err(error) => tracing::error!(%error, "expired sessions could not be deleted"),
        }
        match notifications::delete_old(&state).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "deleted old notifications"),
            Err(error) => tracing::error!(%error, "old notifications could not be deleted"),
        }
    }
}

fn sweep_ticks(state: &AppState) -> Interval {
    ticks(state.config.sweep_interval)
}

/// Ticks at once, then after each period.
fn ticks(period: Duration) -> Interval {
    let mut ticks = interval_at(Instant::now(), period);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
