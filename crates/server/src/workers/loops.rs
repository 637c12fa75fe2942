//! What goes on in the background while the service runs.

use std::time::Duration;

use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use crate::identity::sessions;
use crate::jobs::{Lane, run_due};
use crate::payments::sweep::sweep;
use crate::state::AppState;
use crate::{fundings, notifications};

/// Pause between two looks for logins that were ended elsewhere.
const REVOCATION_POLL: Duration = Duration::from_secs(1);
/// Pause between two looks for browsers to wake.
const PUSH_POLL: Duration = Duration::from_secs(1);
/// Pause between two looks for news of fundings that somebody watches.
const NEWS_POLL: Duration = Duration::from_secs(1);
/// Pause between two times of forgetting expired logins.
const FORGET_PERIOD: Duration = Duration::from_secs(3_600);
/// Seconds by which other nodes' clocks may lag behind ours.
const CLOCK_LAG_SECONDS: i64 = 30;

/// Sweeps payments: at once, then periodically and whenever something is due right now.
pub async fn sweep_forever(state: AppState) {
    let mut ticks = ticks(&state);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = state.sweep_now.notified() => {}
        }
        if let Err(error) = sweep(&state).await {
            tracing::error!(%error, "the sweep failed");
        }
    }
}

/// Does jobs, as often. Apart from the sweep: a job that waits for Kakao must not keep money waiting.
pub async fn do_jobs_forever(state: AppState) {
    let mut ticks = ticks(&state);
    loop {
        tokio::select! {
            _ = ticks.tick() => {}
            () = state.jobs_now.notified() => {}
        }
        if let Err(error) = run_due(&state, Lane::Work).await {
            tracing::error!(error = format!("{error:#}"), "the jobs could not be done");
        }
    }
}

/// Wakes browsers: looks every second, for people wait for it.
pub async fn push_forever(state: AppState) {
    let mut ticks = interval_at(Instant::now(), PUSH_POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = run_due(&state, Lane::Push).await {
            tracing::error!(error = format!("{error:#}"), "browsers could not be woken");
        }
    }
}

/// Wakes those who watch a funding's page when something has happened there.
pub async fn tell_watchers_forever(state: AppState) {
    let mut ticks = interval_at(Instant::now(), NEWS_POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = fundings::live::tell_watchers(&state).await {
            tracing::error!(%error, "news of fundings could not be read");
        }
    }
}

/// Tells friends of birthdays, once a day.
pub async fn tell_birthdays_forever(state: AppState) {
    let mut ticks = ticks(&state);
    let mut told = None;
    loop {
        ticks.tick().await;
        match notifications::notify_of_birthdays(&state, told.clone()).await {
            Ok(now_told) => told = now_told,
            Err(error) => tracing::error!(%error, "birthdays could not be told"),
        }
    }
}

/// Learns which logins were ended by another process or node. After a failure it looks as far back as it
/// has missed.
pub async fn learn_revocations_forever(state: AppState) {
    let mut ticks = interval_at(Instant::now() + REVOCATION_POLL, REVOCATION_POLL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut learnt = state.clock.now();
    loop {
        ticks.tick().await;
        let now = state.clock.now();
        let since = learnt.min(now).plus_seconds(-CLOCK_LAG_SECONDS);
        match sessions::learn_revocations(&state, since).await {
            Ok(()) => learnt = now,
            Err(error) => tracing::error!(%error, "ended logins could not be read"),
        }
    }
}

/// Forgets logins whose last token has expired, and old notifications: at once, then every hour.
pub async fn forget_old_forever(state: AppState) {
    let mut ticks = interval_at(Instant::now(), FORGET_PERIOD);
    loop {
        ticks.tick().await;
        match sessions::delete_expired(&state).await {
            Ok(0) => {}
            Ok(logins) => tracing::info!(logins, "forgot logins that had expired"),
            Err(error) => tracing::error!(%error, "expired logins could not be forgotten"),
        }
        match notifications::delete_old(&state).await {
            Ok(0) => {}
            Ok(count) => tracing::info!(count, "forgot old notifications"),
            Err(error) => tracing::error!(%error, "old notifications could not be forgotten"),
        }
    }
}

fn ticks(state: &AppState) -> Interval {
    let mut ticks = interval_at(Instant::now(), state.config.sweep_interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks
}
