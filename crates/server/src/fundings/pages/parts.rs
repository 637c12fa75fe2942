//! The parts of a funding's page that are updated live: its progress, and the messages.

use funsun_domain::ids::AccountKey;
use funsun_domain::time::Timestamp;

use crate::fundings::card::CardRow;
use crate::fundings::messages_sql::MessageRow;
use crate::people::face;
use crate::site::{Face, Texts, format};
use crate::visibility::{EVERYBODY, Viewer};

/// Messages on a page.
pub const MESSAGES: i64 = 20;

/// The viewer's role on the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ViewerRole {
    /// The viewer opened the funding.
    Author,
    /// The viewer may support it.
    Supporter,
    /// The funding has ended.
    Ended,
}

/// The progress of a funding.
pub struct Progress {
    /// The funding.
    pub id: i64,
    /// Whether it is public.
    pub public: bool,
    /// Percent of the goal.
    pub percent: i64,
    /// The same, at most 100, for the bar.
    pub bar: i64,
    /// Won collected, as text.
    pub collected: String,
    /// The goal in won, as text.
    pub goal: String,
    /// The remaining time, as text.
    pub left: String,
    /// When it ends, as text.
    pub deadline: String,
    /// Whether it accepts no more supports.
    pub ended: bool,
    /// The number of its supports.
    pub supporters: i64,
}

/// A support as the page shows it.
pub struct Message {
    /// The support.
    pub id: i64,
    /// The supporter.
    pub author: Face,
    /// The message.
    pub text: String,
    /// How long ago, as text.
    pub when: String,
    /// The thanks of the funding's author.
    pub thanks: Option<String>,
    /// Won, as text; shown to the author of the funding only.
    pub amount: Option<String>,
    /// Whether the viewer gave it.
    pub own: bool,
}

impl ViewerRole {
    /// The role of `viewer` for a funding of `author`.
    pub fn of(viewer: Viewer, author: AccountKey, ended: bool) -> Self {
        match (viewer.is(author), ended) {
            (true, _) => Self::Author,
            (false, true) => Self::Ended,
            (false, false) => Self::Supporter,
        }
    }

    /// Whether the viewer is the funding's author.
    pub fn is_author(self) -> bool {
        self == Self::Author
    }

    /// Whether the viewer may support it.
    pub fn can_support(self) -> bool {
        self == Self::Supporter
    }
}

/// The viewer for whom the parts are rendered, and the time.
#[derive(Clone, Copy, Debug)]
pub struct Viewing {
    /// The viewer.
    pub viewer: Viewer,
    /// The viewer's role.
    pub role: ViewerRole,
    /// The viewer's language.
    pub t: Texts,
    /// Now.
    pub now: Timestamp,
}

impl Progress {
    /// From the row of a query that applied the visibility rule.
    pub fn new(card: &CardRow, supporters: i64, t: Texts, now: Timestamp) -> Self {
        let deadline = Timestamp::from_micros(card.deadline_at);
        let percent = format::percent(card.collected_amount, card.goal_amount);
        Self {
            id: card.id,
            public: card.visible_to == EVERYBODY,
            percent,
            bar: percent.min(100),
            collected: t.won(card.collected_amount),
            goal: t.won(card.goal_amount),
            left: t.time_left(deadline, now),
            deadline: t.moment(deadline),
            ended: deadline <= now,
            supporters,
        }
    }
}

impl Message {
    /// From a row of a funding that the viewer may see.
    pub fn new(row: MessageRow, viewing: Viewing) -> Self {
        let Viewing {
            viewer,
            role,
            t,
            now,
        } = viewing;
        let image = row.author_image.as_deref();
        Self {
            id: row.id,
            author: face(row.author_kakao_id, row.author_username, image, t),
            text: row.message,
            when: t.ago(Timestamp::from_micros(row.created_at), now),
            thanks: row.thanks,
            amount: role.is_author().then(|| t.won(row.amount)),
            own: viewer
                .member()
                .is_some_and(|key| key.get() == row.author_id),
        }
    }
}
