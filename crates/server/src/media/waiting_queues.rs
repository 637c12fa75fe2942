//! The bound on pictures kept for the forms of one member.

use std::collections::{HashMap, VecDeque};

use funsun_domain::ids::AccountKey;
use funsun_domain::time::Timestamp;

use super::ORPHAN_AFTER_SECONDS;

/// Most pictures kept for one member at the same time; older ones are removed.
const WAITING_MAX: usize = 10;

/// The names of waiting pictures by owner, oldest first.
#[derive(Default)]
pub(super) struct Queues(HashMap<AccountKey, Queue>);

struct Queue {
    names: VecDeque<String>,
    newest: Timestamp,
}

impl Queues {
    /// Adds a picture; returns the names of those that exceed the bound.
    pub(super) fn push(&mut self, owner: AccountKey, name: &str, now: Timestamp) -> Vec<String> {
        let oldest = now.plus_seconds(-ORPHAN_AFTER_SECONDS);
        self.0.retain(|_, queue| queue.newest > oldest);
        let queue = self.0.entry(owner).or_insert_with(|| Queue {
            names: VecDeque::new(),
            newest: now,
        });
        queue.newest = now;
        queue.names.retain(|known| known != name);
        queue.names.push_back(name.to_owned());
        let beyond = queue.names.len().saturating_sub(WAITING_MAX);
        queue.names.drain(..beyond).collect()
    }
}
