//! Fetching shop pages for members: one at a time per member, so that no member blocks the others.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard};

use funsun_domain::ids::AccountKey;
use item_link::{Client, Failure, Item};

/// Fetches items for members.
pub struct ItemLinks {
    client: Client,
    busy_members: Mutex<HashSet<AccountKey>>,
}

/// Why no item is returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkRefusal {
    /// Another item is being fetched for the same member.
    Busy,
    /// Fetching it failed.
    Failure(Failure),
}

impl ItemLinks {
    /// Fetches with this client.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            busy_members: Mutex::default(),
        }
    }

    /// Fetches the item behind `link`, as this member pasted it.
    ///
    /// # Errors
    /// [`LinkRefusal`].
    pub async fn fetch(&self, member: AccountKey, link: &str) -> Result<Item, LinkRefusal> {
        let _slot = Slot::take(self, member).ok_or(LinkRefusal::Busy)?;
        let fetched = self.client.fetch(link).await;
        fetched.map_err(LinkRefusal::Failure)
    }

    fn busy_members(&self) -> MutexGuard<'_, HashSet<AccountKey>> {
        self.busy_members
            .lock()
            .expect("no holder of this lock panics")
    }
}

/// A member's slot; released when dropped, also when the browser disconnects.
struct Slot<'a> {
    links: &'a ItemLinks,
    member: AccountKey,
}

impl<'a> Slot<'a> {
    fn take(links: &'a ItemLinks, member: AccountKey) -> Option<Self> {
        let free = links.busy_members().insert(member);
        free.then_some(Self { links, member })
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        self.links.busy_members().remove(&self.member);
    }
}
