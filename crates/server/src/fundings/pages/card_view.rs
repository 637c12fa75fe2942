//! A funding as a card shows it, and its author's face.

use funsun_domain::time::Timestamp;

use crate::fundings::card::CardRows;
use crate::fundings::lists::CardPage;
use crate::media::{MediaStore, PicturePaths};
use crate::site::{Face, Texts, format};
use crate::state::AppState;
use crate::visibility::EVERYBODY;
use web::paging::Cursor;

/// A card, ready to be rendered for a viewer who may see it.
pub struct CardView {
    /// The funding.
    pub id: i64,
    /// Its title.
    pub title: String,
    /// Its picture.
    pub picture: Option<PicturePaths>,
    /// Its author.
    pub author: Face,
    /// Whether it is public.
    pub public: bool,
    /// Percent of the goal.
    pub percent: i64,
    /// The same, at most 100, for the bar.
    pub bar: i64,
    /// Won collected, as text.
    pub collected: String,
    /// The remaining time, as text.
    pub left: String,
}

impl CardView {
    /// From the rows of a query that applied the visibility rule.
    pub fn new((row, author): CardRows, media: &MediaStore, t: Texts, now: Timestamp) -> Self {
        let public = row.visible_to == EVERYBODY;
        let percent = format::percent(row.collected_amount, row.goal_amount);
        Self {
            id: row.id,
            title: row.title,
            picture: row.image.map(|name| media.paths(&name, public, now)),
            author: author.face(t),
            public,
            percent,
            bar: percent.min(100),
            collected: t.won(row.collected_amount),
            left: t.time_left(Timestamp::from_micros(row.deadline_at), now),
        }
    }
}

/// A page of cards, and the cursor of the next page.
pub fn cards(state: &AppState, page: CardPage, t: Texts) -> (Vec<CardView>, Option<String>) {
    let now = state.clock.now();
    let card = |rows| CardView::new(rows, &state.media, t, now);
    let next = page.next.map(Cursor::encode);
    (page.cards.into_iter().map(card).collect(), next)
}
