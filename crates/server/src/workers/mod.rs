//! What runs in the background while the service serves.

mod loops;

use tokio::task::JoinHandle;

use crate::jobs::Registry;
use crate::media::RemovePicture;
use crate::members::{UnlinkAtKakao, UnlinkedByKakao};
use crate::notifications::{NotifySupporters, PushMessage};
use crate::state::AppState;

/// Every kind of job.
fn registry() -> Registry {
    Registry::default()
        .with::<RemovePicture>()
        .with::<UnlinkAtKakao>()
        .with::<UnlinkedByKakao>()
        .with::<NotifySupporters>()
        .with::<PushMessage>()
}

/// The running workers.
pub struct Workers(Vec<JoinHandle<()>>);

impl Workers {
    /// Starts every worker.
    pub fn start(state: &AppState) -> Self {
        Self(vec![
            tokio::spawn(loops::sweep(state.clone())),
            tokio::spawn(loops::do_jobs(state.clone(), registry())),
            tokio::spawn(loops::push(state.clone(), registry())),
            tokio::spawn(loops::wake_watchers(state.clone())),
            tokio::spawn(loops::notify_of_birthdays(state.clone())),
            tokio::spawn(loops::learn_revocations(state.clone())),
            tokio::spawn(loops::delete_old(state.clone())),
        ])
    }

    /// Stops every worker. What one leaves half-done is found again at the next start.
    pub fn stop(&self) {
        for worker in &self.0 {
            worker.abort();
        }
    }
}
