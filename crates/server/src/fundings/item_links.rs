//! Shops' pages, fetched for members: one at a time for each, so that nobody takes all the turns.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard};

use funsun_domain::ids::AccountKey;
use item_link::{Client, Failure, Item};

/// Fetches items for members.
pub struct ItemLinks {
    client: Client,
    served: Mutex<HashSet<AccountKey>>,
}

/// Why there is no item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkRefusal {
    /// Another is being fetched for the same member.
    Busy,
    /// It can't be had.
    Failure(Failure),
}

impl ItemLinks {
    /// Fetches by this client.
    pub fn new(client: Client) -> Self {
        Self {
            client,
            served: Mutex::default(),
        }
    }

    /// Fetches the item behind `link`, as this member pasted it.
    ///
    /// # Errors
    /// [`LinkRefusal`].
    pub async fn fetch(&self, member: AccountKey, link: &str) -> Result<Item, LinkRefusal> {
        let _turn = Turn::take(self, member).ok_or(LinkRefusal::Busy)?;
        let fetched = self.client.fetch(link).await;
        fetched.map_err(LinkRefusal::Failure)
    }

    fn served(&self) -> MutexGuard<'_, HashSet<AccountKey>> {
        self.served.lock().expect("no holder of this lock panics")
    }
}

/// Given back when it is dropped, also by a browser that hangs up.
struct Turn<'a> {
    links: &'a ItemLinks,
    member: AccountKey,
}

impl<'a> Turn<'a> {
    fn take(links: &'a ItemLinks, member: AccountKey) -> Option<Self> {
        let free = links.served().insert(member);
        free.then_some(Self { links, member })
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.links.served().remove(&self.member);
    }
}
