//! Limits the connections of each address.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Counts connections by address.
#[derive(Clone)]
pub(super) struct ConnectionSlots {
    held: Arc<Mutex<HashMap<IpAddr, u32>>>,
    per_address_max: u32,
}

/// The slot of one connection, released when dropped.
pub(super) struct ConnectionSlot {
    slots: ConnectionSlots,
    address: IpAddr,
}

impl ConnectionSlots {
    pub(super) fn new(per_address_max: u32) -> Self {
        Self {
            held: Arc::default(),
            per_address_max,
        }
    }

    /// A slot for one more connection of `address`; `None` when it has as many as allowed.
    pub(super) fn acquire(&self, address: IpAddr) -> Option<ConnectionSlot> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let count = held.entry(address).or_insert(0);
        if *count >= self.per_address_max {
            return None;
        }
        *count = count.saturating_add(1);
        Some(ConnectionSlot {
            slots: self.clone(),
            address,
        })
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let mut held = self
            .slots
            .held
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut count) = held.entry(self.address) {
            *count.get_mut() = count.get().saturating_sub(1);
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}
