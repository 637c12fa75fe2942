//! The background workers of the server.

mod loops;

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::task::JoinHandle;

use crate::jobs::Registry;
use crate::media::RemovePicture;
use crate::members::{CleanUpAfterLeaving, UnlinkAtKakao, UnlinkedByKakao};
use crate::notifications::{NotifySupporters, PushMessage};
use crate::payments::RefundFunding;
use crate::payments::sweep_now::Sweep;
use crate::state::AppState;

/// Registers all kinds of jobs.
fn registry() -> Registry {
    Registry::default()
        .with::<RemovePicture>()
        .with::<UnlinkAtKakao>()
        .with::<UnlinkedByKakao>()
        .with::<NotifySupporters>()
        .with::<PushMessage>()
        .with::<RefundFunding>()
        .with::<CleanUpAfterLeaving>()
}

/// Pause before a worker that panicked starts again.
const RESTART_PAUSE: Duration = Duration::from_secs(1);

/// The running workers.
pub struct Workers(Vec<JoinHandle<()>>);

impl Workers {
    /// Starts every worker.
    pub fn start(state: &AppState) -> Self {
        let sweeps = Sweep::ALL.map(|sweep| {
            let start = move |state| loops::sweep(state, sweep);
            keep_running("sweep", state, start)
        });
        let mut workers = Vec::from(sweeps);
        workers.extend([
            keep_running("jobs", state, |state| loops::run_jobs(state, registry())),
            keep_running("push", state, |state| loops::push(state, registry())),
            keep_running("watchers", state, loops::wake_watchers),
            keep_running("birthdays", state, loops::notify_of_birthdays),
            keep_running("ended sessions", state, loops::load_revocations),
            keep_running("deletion", state, loops::delete_old),
        ]);
        Self(workers)
    }

    /// Aborts all workers. Interrupted work is resumed at the next start, from the database.
    pub fn stop(&self) {
        for worker in &self.0 {
            worker.abort();
        }
    }
}

/// Runs a worker; after a panic it starts again, since nobody would notice that it is gone.
fn keep_running<F>(
    name: &'static str,
    state: &AppState,
    start: impl Fn(AppState) -> F + Send + 'static,
) -> JoinHandle<()>
where
    F: Future<Output = ()> + Send,
{
    let state = state.clone();
    tokio::spawn(async move {
        while AssertUnwindSafe(start(state.clone()))
            .catch_unwind()
            .await
            .is_err()
        {
            tracing::error!(name, "a background worker panicked: it starts again");
            tokio::time::sleep(RESTART_PAUSE).await;
        }
    })
}
