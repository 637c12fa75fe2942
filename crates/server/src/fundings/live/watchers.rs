//! The watchers of this node, bounded per member, per address and in all.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use funsun_domain::ids::{AccountKey, FundingId};
use thiserror::Error;
use tokio::sync::watch;

/// Most watchers on one node: a quarter of the connections that it accepts.
const WATCHERS_MAX: usize = 1_024;
/// Most guests among them: addresses are cheap, and guests must not crowd out members.
const GUESTS_MAX: usize = WATCHERS_MAX / 2;
/// Most of one member: more than the usual number of tabs, including those closed a moment ago.
const OF_MEMBER_MAX: usize = 16;
/// Most guests at one address, which a mobile network may share.
const OF_ADDRESS_MAX: usize = 64;

/// The watchers of this node; cheap to clone.
#[derive(Clone, Default)]
pub struct Watchers(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    closed: bool,
    count: usize,
    guests: usize,
    by_caller: HashMap<Caller, usize>,
    fundings: HashMap<FundingId, watch::Sender<Snapshot>>,
}

/// The subject of a watcher's bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Caller {
    /// A member, at any address.
    Member(AccountKey),
    /// The guests at one address.
    Address(IpAddr),
}

/// The state of a funding that is compared to detect changes: a support changes `newest_support` or `collected`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Snapshot {
    pub(super) collected: i64,
    pub(super) newest_support: Option<i64>,
    pub(super) visible_to: i16,
    pub(super) ended: bool,
}

/// The caller watches too many fundings already, or there are too many watchers in all.
#[derive(Clone, Copy, Debug, Error)]
#[error("too many fundings are watched at once")]
pub struct TooManyWatchers;

/// A watcher's subscription; it ends when dropped.
pub struct Watch {
    snapshot: watch::Receiver<Snapshot>,
    _slot: Slot,
}

/// A watcher's share of the bounds; released when dropped.
struct Slot {
    watchers: Watchers,
    funding: FundingId,
    caller: Caller,
}

impl Caller {
    /// The guests at this address; of IPv6, in one /64.
    pub fn guest_at(address: IpAddr) -> Self {
        const PREFIX: u128 = !(u64::MAX as u128);
        Self::Address(match address {
            IpAddr::V4(_) => address,
            IpAddr::V6(address) => IpAddr::V6((address.to_bits() & PREFIX).into()),
        })
    }

    const fn watchers_max(self) -> usize {
        match self {
            Self::Member(_) => OF_MEMBER_MAX,
            Self::Address(_) => OF_ADDRESS_MAX,
        }
    }

    const fn is_guest(self) -> bool {
        matches!(self, Self::Address(_))
    }
}

impl Watchers {
    /// Starts to watch: changes from now on wake the [`Watch`].
    ///
    /// # Errors
    /// [`TooManyWatchers`].
    pub fn watch(&self, funding: FundingId, caller: Caller) -> Result<Watch, TooManyWatchers> {
        let mut inner = self.lock();
        if inner.closed || inner.count >= WATCHERS_MAX {
            return Err(TooManyWatchers);
        }
        let guest = usize::from(caller.is_guest());
        if inner.guests + guest > GUESTS_MAX {
            return Err(TooManyWatchers);
        }
        let own = inner.by_caller.entry(caller).or_default();
        if *own >= caller.watchers_max() {
            return Err(TooManyWatchers);
        }
        *own += 1;
        inner.count += 1;
        inner.guests += guest;
        Ok(Watch {
            snapshot: inner.fundings.entry(funding).or_default().subscribe(),
            _slot: Slot {
                watchers: self.clone(),
                funding,
                caller,
            },
        })
    }

    /// Ends every watch and accepts no more, when the service stops.
    pub fn close(&self) {
        let mut inner = self.lock();
        inner.closed = true;
        inner.fundings.clear();
    }

    /// The fundings that are watched.
    pub(super) fn watched(&self) -> Vec<i64> {
        self.lock().fundings.keys().map(|id| id.get()).collect()
    }

    /// Wakes the watchers of those fundings whose state has changed.
    pub(super) fn publish(&self, snapshots: Vec<(FundingId, Snapshot)>) {
        let inner = self.lock();
        for (funding, snapshot) in snapshots {
            if let Some(sender) = inner.fundings.get(&funding) {
                sender.send_if_modified(|known| std::mem::replace(known, snapshot) != snapshot);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Watch {
    /// Waits until the funding may have changed. `false` when the watch has ended.
    pub async fn woken(&mut self) -> bool {
        self.snapshot.changed().await.is_ok()
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut inner = self.watchers.lock();
        inner.count = inner.count.saturating_sub(1);
        let guest = usize::from(self.caller.is_guest());
        inner.guests = inner.guests.saturating_sub(guest);
        if let Some(own) = inner.by_caller.get_mut(&self.caller) {
            *own = own.saturating_sub(1);
            if *own == 0 {
                inner.by_caller.remove(&self.caller);
            }
        }
        let others = inner.fundings.get(&self.funding);
        // The receiver of this watch was dropped before its slot.
        if others.is_some_and(|snapshot| snapshot.receiver_count() == 0) {
            inner.fundings.remove(&self.funding);
        }
    }
}
