//! Who watches which funding on this node, and what wakes them when something happens there.
//!
//! News is read from the database, once a second for everything that is watched: whatever has happened was
//! committed, by any node, and nothing that handles money has to think of who watches.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use funsun_domain::ids::{AccountKey, FundingId};
use thiserror::Error;
use tokio::sync::watch;

use super::sql;
use crate::db::StorageError;
use crate::state::AppState;

/// Watchers on one node: a quarter of the connections that it takes.
const WATCHERS_MAX: usize = 1_024;
/// Of them guests: addresses are cheap, and members are not to be kept out by them.
const GUESTS_MAX: usize = WATCHERS_MAX / 2;
/// Of one member: more tabs than anybody looks at, and those that were closed a moment ago.
const OF_MEMBER_MAX: usize = 16;
/// Guests at one address: a mobile network may share one.
const OF_ADDRESS_MAX: usize = 64;

/// The watchers of this node; cheap to clone.
#[derive(Clone, Default)]
pub struct Live(Arc<Mutex<Watchers>>);

#[derive(Default)]
struct Watchers {
    closed: bool,
    count: usize,
    guests: usize,
    by_caller: HashMap<Caller, usize>,
    fundings: HashMap<FundingId, watch::Sender<Pulse>>,
}

/// Who counts as one watcher's origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// A member, wherever they are.
    Member(AccountKey),
    /// The guests of one line.
    Line(IpAddr),
}

/// What tells one state of a funding from the next. A support changes the newest one, or the amount.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Pulse {
    pub(super) collected: i64,
    pub(super) newest_support: Option<i64>,
    pub(super) visible_to: i16,
    pub(super) ended: bool,
}

/// One more can't watch: this caller does so often enough, or too many do altogether.
#[derive(Clone, Copy, Debug, Error)]
#[error("too many fundings are watched at once")]
pub struct Crowded;

/// One who watches; leaves when dropped.
pub struct Watch {
    pulse: watch::Receiver<Pulse>,
    _place: Place,
}

struct Place {
    live: Live,
    funding: FundingId,
    caller: Caller,
}

impl Caller {
    /// The guests at this address; an IPv6 line is a /64.
    pub fn guest_at(address: IpAddr) -> Self {
        const LINE: u128 = !(u64::MAX as u128);
        Self::Line(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(address) => IpAddr::V6((address.to_bits() & LINE).into()),
        })
    }

    const fn watchers_max(self) -> usize {
        match self {
            Self::Member(_) => OF_MEMBER_MAX,
            Self::Line(_) => OF_ADDRESS_MAX,
        }
    }

    const fn is_guest(self) -> bool {
        matches!(self, Self::Line(_))
    }
}

impl Live {
    /// Begins to watch. What happens from now on wakes the [`Watch`].
    ///
    /// # Errors
    /// [`Crowded`].
    pub fn watch(&self, funding: FundingId, caller: Caller) -> Result<Watch, Crowded> {
        let mut watchers = self.watchers();
        if watchers.closed || watchers.count >= WATCHERS_MAX {
            return Err(Crowded);
        }
        let guest = usize::from(caller.is_guest());
        if watchers.guests + guest > GUESTS_MAX {
            return Err(Crowded);
        }
        let own = watchers.by_caller.entry(caller).or_default();
        if *own >= caller.watchers_max() {
            return Err(Crowded);
        }
        *own += 1;
        watchers.count += 1;
        watchers.guests += guest;
        Ok(Watch {
            pulse: watchers.fundings.entry(funding).or_default().subscribe(),
            _place: Place {
                live: self.clone(),
                funding,
                caller,
            },
        })
    }

    /// Ends every watch, and begins no more: the service stops.
    pub fn close(&self) {
        let mut watchers = self.watchers();
        watchers.closed = true;
        watchers.fundings.clear();
    }

    fn watched(&self) -> Vec<i64> {
        self.watchers().fundings.keys().map(|id| id.get()).collect()
    }

    fn tell(&self, pulses: Vec<(FundingId, Pulse)>) {
        let watchers = self.watchers();
        for (funding, pulse) in pulses {
            if let Some(told) = watchers.fundings.get(&funding) {
                told.send_if_modified(|known| std::mem::replace(known, pulse) != pulse);
            }
        }
    }

    fn watchers(&self) -> MutexGuard<'_, Watchers> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Waits until something may have happened. `false`: there will be nothing more.
    pub async fn woken(&mut self) -> bool {
        self.pulse.changed().await.is_ok()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut watchers = self.live.watchers();
        watchers.count = watchers.count.saturating_sub(1);
        let guest = usize::from(self.caller.is_guest());
        watchers.guests = watchers.guests.saturating_sub(guest);
        if let Some(own) = watchers.by_caller.get_mut(&self.caller) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                watchers.by_caller.remove(&self.caller);
            }
        }
        let others = watchers.fundings.get(&self.funding);
        // The watch has let go of its own end before its place.
        if others.is_some_and(|pulse| pulse.receiver_count() == 0) {
            watchers.fundings.remove(&self.funding);
        }
    }
}

/// Looks at everything that is watched, and wakes those for whom something has changed.
///
/// # Errors
/// When the database fails.
pub async fn tell_watchers(state: &AppState) -> Result<(), StorageError> {
    let watched = state.live.watched();
    if watched.is_empty() {
        return Ok(());
    }
    let now = state.clock.now();
    let read = move |conn: &mut _| sql::list_pulses(conn, &watched, now);
    state.live.tell(state.db.read(read).await?);
    Ok(())
}
