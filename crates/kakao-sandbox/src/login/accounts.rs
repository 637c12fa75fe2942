//! People, browser sessions, authorization codes and tokens of one sandbox.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::people::{Person, cast};
use crate::random::random_hex;

/// Life of an access token from the token endpoint, in seconds: what the REST API hands out.
pub(super) const ACCESS_SECONDS: i64 = 21_599;

/// An access token, of this app or of another.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct AccessToken {
    pub(crate) id: i64,
    pub(crate) app_id: i64,
    /// Unix seconds.
    pub(crate) expires_at: i64,
}

/// A refresh token of this app.
pub(super) struct RefreshToken {
    pub(super) id: i64,
    pub(super) expires_at: i64,
    pub(super) openid: bool,
}

/// What an authorization code stands for.
#[derive(Clone)]
pub(super) struct Code {
    pub(super) id: i64,
    pub(super) redirect_uri: String,
    pub(super) challenge: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) openid: bool,
    pub(super) expires_at: i64,
}

/// The store; its owner keeps it behind one lock.
#[derive(Default)]
pub(crate) struct Accounts {
    people: BTreeMap<i64, Person>,
    access: HashMap<String, AccessToken>,
    pub(super) refresh: HashMap<String, RefreshToken>,
    pub(super) codes: HashMap<String, Code>,
    /// Browser session → person.
    pub(super) sessions: HashMap<String, i64>,
    /// Moments of recent access tokens and refreshes, per person.
    pub(super) issued: HashMap<i64, VecDeque<i64>>,
    pub(super) refreshed: HashMap<i64, VecDeque<i64>>,
    next_id: i64,
}

impl Accounts {
    pub(crate) fn with_cast() -> Self {
        let mut accounts = Self {
            next_id: 3_000_001_000,
            ..Self::default()
        };
        cast().into_iter().for_each(|person| accounts.put(person));
        accounts
    }

    /// A number nobody has yet.
    pub(crate) fn free_id(&mut self) -> i64 {
        while self.people.contains_key(&self.next_id) {
            self.next_id += 1;
        }
        self.next_id
    }

    pub(crate) fn put(&mut self, person: Person) {
        self.people.insert(person.id, person);
    }

    pub(crate) fn find(&self, id: i64) -> Option<&Person> {
        self.people.get(&id)
    }

    pub(crate) fn find_mut(&mut self, id: i64) -> Option<&mut Person> {
        self.people.get_mut(&id)
    }

    pub(crate) fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    /// A new access token.
    pub(crate) fn issue(&mut self, token: AccessToken) -> String {
        let name = format!("AT-{}", random_hex(40));
        self.access.insert(name.clone(), token);
        name
    }

    pub(crate) fn put_access(&mut self, name: String, token: AccessToken) {
        self.access.insert(name, token);
    }

    pub(crate) fn access(&self, name: &str) -> Option<&AccessToken> {
        self.access.get(name)
    }

    pub(crate) fn access_tokens(&self) -> impl Iterator<Item = (&String, &AccessToken)> {
        self.access.iter()
    }

    pub(crate) fn forget_access(&mut self, names: &[String]) {
        for name in names {
            self.access.remove(name);
        }
    }

    /// Kills all tokens of a person in this app and names the access tokens among them.
    pub(crate) fn revoke_all(&mut self, id: i64, app_id: i64) -> Vec<String> {
        self.refresh.retain(|_, token| token.id != id);
        self.codes.retain(|_, code| code.id != id);
        let names: Vec<String> = self
            .access
            .iter()
            .filter(|(_, token)| token.id == id && token.app_id == app_id)
            .map(|(name, _)| name.clone())
            .collect();
        self.forget_access(&names);
        names
    }

    /// Whether one more event at `now` keeps to `limit` per `window` seconds; counts it if so.
    pub(super) fn within(moments: &mut VecDeque<i64>, now: i64, window: i64, limit: usize) -> bool {
        while moments
            .front()
            .is_some_and(|&moment| moment <= now - window)
        {
            moments.pop_front();
        }
        if moments.len() >= limit {
            return false;
        }
        moments.push_back(now);
        true
    }
}
