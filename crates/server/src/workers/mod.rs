//! The background workers of the server.

mod loops;

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

/// The running workers.
pub struct Workers(Vec<JoinHandle<()>>);

impl Workers {
    /// Starts every worker.
    pub fn start(state: &AppState) -> Self {
        let sweeps = Sweep::ALL.map(|sweep| tokio::spawn(loops::sweep(state.clone(), sweep)));
        let mut workers = Vec::from(sweeps);
        workers.extend([
            tokio::spawn(loops::run_jobs(state.clone(), registry())),
            tokio::spawn(loops::push(state.clone(), registry())),
            tokio::spawn(loops::wake_watchers(state.clone())),
            tokio::spawn(loops::notify_of_birthdays(state.clone())),
            tokio::spawn(loops::load_revocations(state.clone())),
            tokio::spawn(loops::delete_old(state.clone())),
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
