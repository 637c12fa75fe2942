//! What a viewer's page shows by now, so that it is told only what is new.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher, RandomState};
use std::sync::LazyLock;

use crate::fundings::pages::parts::MESSAGES;
use crate::supports::sql::MessageRow;

/// The messages of a page, as far as its stream has told it.
pub(super) struct Told {
    /// The highest message told. The browser gives it back when it comes again.
    newest: i64,
    /// Messages up to this one are on the page already, or below its end.
    known_to: i64,
    /// What those looked like when the page was made, if it shows the newest ones: see [`looks_of`].
    looks: Option<i64>,
    /// It shows the newest ones: it is told what became of them while it was not listening.
    shows_newest: bool,
    /// The newest messages, with what they looked like.
    shown: HashMap<i64, u64>,
    begun: bool,
}

/// What a page is to be told of its messages.
pub(super) struct News {
    /// New ones, oldest first.
    pub(super) fresh: Vec<MessageRow>,
    /// Those that say something else than before, or may do.
    pub(super) changed: Vec<MessageRow>,
    /// Which are there, when some may have gone.
    pub(super) listed: Option<Listed>,
    /// There are more new ones than a page shows: it is to be read again. The highest of them.
    pub(super) too_many: Option<i64>,
}

/// Of the messages numbered `from` and higher, these are there and no others.
#[derive(serde::Serialize)]
pub(super) struct Listed {
    from: i64,
    ids: Vec<i64>,
}

/// What these messages of a page look like, in short. Another node or another start says it otherwise; then
/// they are told again.
pub fn looks_of(rows: &[MessageRow]) -> i64 {
    // A secret: the amounts, which not everybody may know, could be found out by trying.
    static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    KEYS.hash_one(rows).cast_signed()
}

impl Told {
    /// A page that shows everything up to message `after`, which looked like `looks`; `None`: one whose
    /// messages are older, and are not told.
    pub(super) fn up_to(after: Option<i64>, looks: Option<i64>) -> Self {
        Self {
            looks,
            shows_newest: after.is_some(),
            newest: after.unwrap_or(0),
            known_to: after.unwrap_or(i64::MAX),
            shown: HashMap::new(),
            begun: false,
        }
    }

    /// Compares with the newest messages, as a page reads them, and counts the difference as told.
    pub(super) fn update(&mut self, mut rows: Vec<MessageRow>) -> News {
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
            !self.begun && self.shows_newest && self.looks != Some(looks_of(&rows[known..]));
        let some_gone = !self.begun || self.shown.keys().any(gone);

        let digest = BuildHasherDefault::<DefaultHasher>::default();
        let looks: HashMap<i64, u64> = rows
            .iter()
            .map(|row| (row.id, digest.hash_one(row)))
            .collect();
        let (mut fresh, mut changed) = (Vec::new(), Vec::new());
        for row in rows.into_iter().rev() {
            if is_fresh(&row) {
                fresh.push(row);
                continue;
            }
            let look = self.shown.get(&row.id);
            if missed || look.is_some_and(|look| *look != looks[&row.id]) {
                changed.push(row);
            }
        }
        self.shown = looks;
        self.known_to = from;
        self.begun = true;
        if too_many {
            fresh.clear();
            changed.clear();
        }
        News {
            fresh,
            changed,
            too_many: too_many.then(|| self.mark(ids[0])),
            listed: some_gone.then_some(Listed { from, ids }),
        }
    }

    /// The number that an event about this message carries: one never falls behind what was told.
    pub(super) fn mark(&mut self, id: i64) -> i64 {
        self.newest = self.newest.max(id);
        self.newest
    }
}
