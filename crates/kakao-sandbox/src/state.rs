//! Everything one sandbox knows, and its replay from the journal. Two locks: people and their
//! tokens, and the book of payments. Neither is held across an await.

use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::faults::Switchboard;
use crate::journal::{Journal, replay};
use crate::login::{AccessToken, Accounts, Keys, Person};
use crate::pay::{Book, Payment};
use crate::settings::Settings;

/// The state as handlers receive it.
pub(crate) type Shared = Arc<State>;

/// One sandbox.
pub(crate) struct State {
    pub(crate) settings: Settings,
    /// Own address, `http://127.0.0.1:port`; also the issuer of id_tokens.
    pub(crate) base: String,
    pub(crate) clock: Clock,
    pub(crate) journal: Journal,
    pub(crate) keys: Keys,
    pub(crate) webhooks: reqwest::Client,
    accounts: Mutex<Accounts>,
    book: Mutex<Book>,
    faults: Mutex<Switchboard>,
}

/// A line of the journal, for writing: the whole record after a change.
#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Entry<'a> {
    Person(&'a Person),
    Token(&'a str, &'a AccessToken),
    TokensGone(&'a [String]),
    Payment(&'a Payment),
}

/// A line of the journal, read back.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Remembered {
    Person(Box<Person>),
    Token(String, AccessToken),
    TokensGone(Vec<String>),
    Payment(Box<Payment>),
}

impl State {
    /// Replays the journal, if there is one, over the invented cast.
    pub(crate) fn load(
        settings: Settings,
        base: String,
        webhooks: reqwest::Client,
    ) -> anyhow::Result<Self> {
        let mut accounts = Accounts::with_cast();
        let mut book = Book::default();
        let journal = match &settings.journal {
            None => Journal::none(),
            Some(path) => {
                for entry in replay(path)? {
                    restore(entry, &mut accounts, &mut book);
                }
                Journal::open(path, &snapshot(&accounts, &book))?
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
            book: Mutex::new(book),
            faults: Mutex::default(),
        })
    }

    pub(crate) fn accounts(&self) -> MutexGuard<'_, Accounts> {
        self.accounts
            .lock()
            .expect("no holder of the accounts panics")
    }

    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().expect("no holder of the book panics")
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, Switchboard> {
        self.faults
            .lock()
            .expect("no holder of the switches panics")
    }
}

fn restore(entry: Remembered, accounts: &mut Accounts, book: &mut Book) {
    match entry {
        Remembered::Person(person) => accounts.put(*person),
        Remembered::Token(name, token) => accounts.put_access(name, token),
        Remembered::TokensGone(names) => accounts.forget_access(&names),
        Remembered::Payment(payment) => book.put(*payment),
    }
}

fn snapshot(accounts: &Accounts, book: &Book) -> Vec<Remembered> {
    let people = accounts
        .people()
        .map(|person| Remembered::Person(Box::new(person.clone())));
    let tokens = accounts
        .access_tokens()
        .map(|(name, token)| Remembered::Token(name.clone(), token.clone()));
    let payments = book
        .iter()
        .map(|payment| Remembered::Payment(Box::new(payment.clone())));
    people.chain(tokens).chain(payments).collect()
}
