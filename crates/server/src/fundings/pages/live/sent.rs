//! The messages that a viewer's page shows, so that only changes are sent.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, RandomState};
use std::sync::LazyLock;

use crate::fundings::messages_sql::MessageRow;
use crate::fundings::pages::parts::MESSAGES;

/// The messages of a page, as far as its stream has sent them.
pub(super) struct SentMessages {
    /// The highest message sent. The browser returns it when it reconnects.
    newest: i64,
    /// Messages up to this one are on the page already, or beyond its end.
    known_to: i64,
    /// The digest of those when the page was rendered, if it shows the newest ones: see [`digest_of`].
    digest: Option<i64>,
    /// The page shows the newest messages: it is sent what changed while it was not connected.
    shows_newest: bool,
    /// The newest messages, each with its digest.
    shown: HashMap<i64, u64>,
    started: bool,
}

/// The changes to the messages of a page.
pub(super) struct Changes {
    /// New ones, oldest first.
    pub(super) fresh: Vec<MessageRow>,
    /// Those that have changed, or may have.
    pub(super) changed: Vec<MessageRow>,
    /// Which ones remain, when some may have been removed.
    pub(super) listed: Option<Listed>,
    /// There are more new ones than a page shows, so it must be reloaded: the highest of them.
    pub(super) too_many: Option<i64>,
}

/// Of the messages numbered `from` and higher, exactly these remain.
#[derive(serde::Serialize)]
pub(super) struct Listed {
    from: i64,
    ids: Vec<i64>,
}

/// A digest of these messages of a page. It differs between nodes and restarts; then the messages are sent
/// again.
pub fn digest_of(rows: &[MessageRow]) -> i64 {
    // Keyed with a secret: otherwise the amounts, which only the author may see, could be guessed by brute force.
    static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    KEYS.hash_one(rows).cast_signed()
}

impl SentMessages {
    /// For a page that shows the messages up to `after`, with this digest. `None` for a page of older messages,
    /// of which no changes are sent.
    pub(super) fn up_to(after: Option<i64>, digest: Option<i64>) -> Self {
        Self {
            digest,
            shows_newest: after.is_some(),
            newest: after.unwrap_or(0),
            known_to: after.unwrap_or(i64::MAX),
            shown: HashMap::new(),
            started: false,
        }
    }

    /// Compares with the newest messages, as a page reads them, and counts the difference as sent.
    pub(super) fn update(&mut self, mut rows: Vec<MessageRow>) -> Changes {
        let size = usize::try_from(MESSAGES).expect("a page is small");
        let is_fresh =
            |row: &MessageRow| row.id > self.known_to && !self.shown.contains_key(&row.id);
        let too_many = rows.len() > size && rows.iter().all(is_fresh);
        let whole = rows.len() <= size;
        rows.truncate(size);
        let from = rows.last().filter(|_| !whole).map_or(0, |row| row.id);
        let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
        let gone = |id: &i64| *id >= from && !ids.contains(id);
        let known = rows.partition_point(|row| row.id > self.known_to);
        let missed =
            !self.started && self.shows_newest && self.digest != Some(digest_of(&rows[known..]));
        let some_gone = !self.started || self.shown.keys().any(gone);

        let hasher = BuildHasherDefault::<DefaultHasher>::default();
        let digests: HashMap<i64, u64> = rows
            .iter()
            .map(|row| (row.id, hasher.hash_one(row)))
            .collect();
        let (mut fresh, mut changed) = (Vec::new(), Vec::new());
        for row in rows.into_iter().rev() {
            if is_fresh(&row) {
                fresh.push(row);
                continue;
            }
            let before = self.shown.get(&row.id);
            if missed || before.is_some_and(|before| *before != digests[&row.id]) {
                changed.push(row);
            }
        }
        self.shown = digests;
        self.known_to = from;
        self.started = true;
        if too_many {
            fresh.clear();
            changed.clear();
        }
        Changes {
            fresh,
            changed,
            too_many: too_many.then(|| self.advance(ids[0])),
            listed: some_gone.then_some(Listed { from, ids }),
        }
    }

    /// The id of an event about this message: never lower than that of an event before.
    pub(super) fn advance(&mut self, id: i64) -> i64 {
        self.newest = self.newest.max(id);
        self.newest
    }
}
