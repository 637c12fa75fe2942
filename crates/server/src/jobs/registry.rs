//! The registered kinds of jobs.

use std::future::Future;
use std::pin::Pin;

use anyhow::Context;

use super::{Job, JobId, Lane, Next};
use crate::state::AppState;

type Running<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Next>> + Send + 'a>>;

/// Dispatches jobs by their kind.
#[derive(Default)]
pub struct Registry {
    kinds: Vec<Kind>,
}

struct Kind {
    name: &'static str,
    lane: Lane,
    run: for<'a> fn(&'a AppState, JobId, &'a str) -> Running<'a>,
}

impl Registry {
    /// Registers a kind of job.
    ///
    /// # Panics
    /// When another type has the same kind.
    #[must_use]
    pub fn with<J: Job>(mut self) -> Self {
        let known = self.kinds.iter().any(|kind| kind.name == J::KIND);
        assert!(!known, "two types of jobs have the kind {}", J::KIND);
        self.kinds.push(Kind {
            name: J::KIND,
            lane: J::LANE,
            run: |state, id, payload| Box::pin(run::<J>(state, id, payload)),
        });
        self
    }

    /// Returns the kinds of one lane.
    pub(super) fn kinds_of(&self, lane: Lane) -> Vec<&'static str> {
        let kinds = self.kinds.iter().filter(|kind| kind.lane == lane);
        kinds.map(|kind| kind.name).collect()
    }

    /// Runs a job of this kind.
    pub(super) async fn run(
        &self,
        state: &AppState,
        name: &str,
        id: JobId,
        payload: &str,
    ) -> anyhow::Result<Next> {
        let kind = self.kinds.iter().find(|kind| kind.name == name);
        let kind = kind.context("unknown kind of job")?;
        (kind.run)(state, id, payload).await
    }
}

async fn run<J: Job>(state: &AppState, id: JobId, payload: &str) -> anyhow::Result<Next> {
    let job: J = serde_json::from_str(payload).context("invalid payload")?;
    job.run(state, id).await
}
