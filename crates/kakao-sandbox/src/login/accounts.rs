//! The store of people, browser sessions, authorization codes and tokens.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::{Deserialize, Serialize};

use super::people::{Person, cast};
use crate::random::random_hex;

/// Lifetime of an access token from the token endpoint, in seconds, as in Kakao's REST API.
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

/// What was granted by an authorization code.
#[derive(Clone)]
pub(super) struct AuthorizationCode {
    pub(super) id: i64,
    pub(super) redirect_uri: String,
    pub(super) challenge: Option<String>,
    pub(super) nonce: Option<String>,
    pub(super) openid: bool,
    pub(super) expires_at: i64,
}

/// The store; the owner guards it with a lock.
#[derive(Default)]
pub(crate) struct Accounts {
    people: BTreeMap<i64, Person>,
    access: HashMap<String, AccessToken>,
    pub(super) refresh: HashMap<String, RefreshToken>,
    pub(super) codes: HashMap<String, AuthorizationCode>,
    /// Browser session → person.
    pub(super) sessions: HashMap<String, i64>,
    /// Issue times of recent access tokens, by person, for the rate limit.
    pub(super) issued: HashMap<i64, VecDeque<i64>>,
    /// Times of recent refreshes, by person, for the rate limit.
    pub(super) refreshed: HashMap<i64, VecDeque<i64>>,
    next_id: i64,
}

impl Accounts {
    pub(crate) fn with_cast() -> Self {
        let mut accounts = Self {
            next_id: 3_000_001_000,
            ..Self::default()
        };
        cast()
            .into_iter()
            .for_each(|person| accounts.insert(person));
        accounts
    }

    /// An unused user id.
    pub(crate) fn next_free_id(&mut self) -> i64 {
        while self.people.contains_key(&self.next_id) {
            self.next_id += 1;
        }
        self.next_id
    }

    pub(crate) fn insert(&mut self, person: Person) {
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

    /// Stores a new access token and returns it.
    pub(crate) fn issue_access(&mut self, token: AccessToken) -> String {
        let name = format!("AT-{}", random_hex(40));
        self.access.insert(name.clone(), token);
        name
    }

    pub(crate) fn insert_access(&mut self, name: String, token: AccessToken) {
        self.access.insert(name, token);
    }

    pub(crate) fn access(&self, name: &str) -> Option<&AccessToken> {
        self.access.get(name)
    }

    pub(crate) fn access_tokens(&self) -> impl Iterator<Item = (&String, &AccessToken)> {
        self.access.iter()
    }

    pub(crate) fn remove_access(&mut self, names: &[String]) {
        for name in names {
            self.access.remove(name);
        }
    }

    /// Revokes all tokens of a person for this app and returns the access tokens among them.
    pub(crate) fn revoke_all(&mut self, id: i64, app_id: i64) -> Vec<String> {
        self.refresh.retain(|_, token| token.id != id);
        self.codes.retain(|_, code| code.id != id);
        let names: Vec<String> = self
            .access
            .iter()
            .filter(|(_, token)| token.id == id && token.app_id == app_id)
            .map(|(name, _)| name.clone())
            .collect();
        self.remove_access(&names);
        names
    }

    /// Whether one more event at `now` stays within `limit` per `window` seconds; counts it if so.
    pub(super) fn within_limit(
        times: &mut VecDeque<i64>,
        now: i64,
        window: i64,
        limit: usize,
    ) -> bool {
        while times.front().is_some_and(|&time| time <= now - window) {
            times.pop_front();
        }
        if times.len() >= limit {
            return false;
        }
        times.push_back(now);
        true
    }
}
