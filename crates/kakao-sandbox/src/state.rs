//! The state of one sandbox and its replay from the journal. Accounts, payments and fault rules
//! each have a lock; none is held across an await.

use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::faults::FaultRules;
use crate::journal::{Journal, replay};
use crate::login::{AccessToken, Accounts, Keys, Person};
use crate::pay::{Payment, PaymentStore};
use crate::settings::Settings;

/// The state as handlers extract it.
pub(crate) type SharedState = Arc<SandboxState>;

/// The state of one sandbox.
pub(crate) struct SandboxState {
    pub(crate) settings: Settings,
    /// Base URL, `http://127.0.0.1:port`; also the issuer of id_tokens.
    pub(crate) base: String,
    pub(crate) clock: Clock,
    pub(crate) journal: Journal,
    pub(crate) keys: Keys,
    pub(crate) webhooks: reqwest::Client,
    accounts: Mutex<Accounts>,
    payments: Mutex<PaymentStore>,
    faults: Mutex<FaultRules>,
}

/// A journal entry to write: the whole record after a change.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Entry<'a> {
    Person(&'a Person),
    Token(&'a str, &'a AccessToken),
    TokensGone(&'a [String]),
    Payment(&'a Payment),
}

/// A journal entry that was read.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredEntry {
    Person(Box<Person>),
    Token(String, AccessToken),
    TokensGone(Vec<String>),
    Payment(Box<Payment>),
}

impl SandboxState {
    /// Replays the journal, if any, on top of the built-in cast.
    pub(crate) fn load(
        settings: Settings,
        base: String,
        webhooks: reqwest::Client,
    ) -> anyhow::Result<Self> {
        let mut accounts = Accounts::with_cast();
        let mut payments = PaymentStore::default();
        let journal = match &settings.journal {
            None => Journal::disabled(),
            Some(path) => {
                for entry in replay(path)? {
                    restore(entry, &mut accounts, &mut payments);
                }
                Journal::open(path, &snapshot(&accounts, &payments))?
            }
        };
        Ok(Self {
            settings,
            base,
            clock: Clock::default(),
            journal,
            keys: Keys::default(),
            webhooks,
            accounts: Mutex::new(accounts),
            payments: Mutex::new(payments),
            faults: Mutex::default(),
        })
    }

    pub(crate) fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts
            .lock()
            .expect("the accounts lock is not poisoned")
    }

    pub(crate) fn payments(&self) -> MutexGuard<'_, PaymentStore> {
        self.payments
            .lock()
            .expect("the payments lock is not poisoned")
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, FaultRules> {
        self.faults
            .lock()
            .expect("the fault rules lock is not poisoned")
    }
}

fn restore(entry: StoredEntry, accounts: &mut Accounts, payments: &mut PaymentStore) {
    match entry {
        StoredEntry::Person(person) => accounts.insert(*person),
        StoredEntry::Token(name, token) => accounts.insert_access(name, token),
        StoredEntry::TokensGone(names) => accounts.remove_access(&names),
        StoredEntry::Payment(payment) => payments.put(*payment),
    }
}

fn snapshot(accounts: &Accounts, payments: &PaymentStore) -> Vec<StoredEntry> {
    let people = accounts
        .people()
        .map(|person| StoredEntry::Person(Box::new(person.clone())));
    let tokens = accounts
        .access_tokens()
        .map(|(name, token)| StoredEntry::Token(name.clone(), token.clone()));
    let stored = payments
        .iter()
        .map(|payment| StoredEntry::Payment(Box::new(payment.clone())));
    people.chain(tokens).chain(stored).collect()
}
