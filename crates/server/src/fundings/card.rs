//! A funding as lists show it (a card) and in full (a detail).

use diesel::prelude::*;
use funsun_domain::time::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::db::schema::{accounts, fundings};
use crate::media::MediaStore;
use crate::people::{Author, face};
use crate::site::{Face, Texts};
use crate::visibility::EVERYBODY;

/// The columns of a card.
#[derive(Queryable, Selectable)]
#[diesel(table_name = fundings)]
pub struct CardRow {
    pub id: i64,
    pub title: String,
    pub image: Option<String>,
    pub goal_amount: i64,
    pub collected_amount: i64,
    pub deadline_at: i64,
    pub visible_to: i16,
}

/// The columns of an author.
#[derive(Queryable, Selectable)]
#[diesel(table_name = accounts)]
pub struct AuthorRow {
    pub kakao_id: Option<i64>,
    pub username: String,
    pub image: Option<String>,
}

/// The columns that a detail has beyond its card.
#[derive(Queryable, Selectable)]
#[diesel(table_name = fundings)]
pub struct DetailRow {
    pub content: String,
    pub created_at: i64,
    pub review: Option<String>,
    pub review_image: Option<String>,
}

/// A card and its author.
pub type CardRows = (CardRow, AuthorRow);

/// A detail and its author.
pub type DetailRows = (CardRow, AuthorRow, DetailRow);

impl AuthorRow {
    /// The author's name and picture, as pages show them.
    pub fn face(self, t: Texts) -> Face {
        face(self.kakao_id, self.username, self.image.as_deref(), t)
    }
}

/// A funding in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Card {
    #[schema(example = 42)]
    id: i64,
    #[schema(example = "민지의 생일 선물")]
    title: String,
    /// Path of the picture; a friends-only one is good for one to two hours.
    #[schema(example = "/media/0f343b0931126a20f133d67c2b018a3b.jpg")]
    image: Option<String>,
    /// KRW.
    #[schema(example = 150_000)]
    goal_amount: i64,
    /// KRW, collected so far.
    #[schema(example = 60_000)]
    current_amount: i64,
    /// The deadline, in Asia/Seoul.
    #[schema(example = "2026-12-24T18:00:00+09:00")]
    expire_on: String,
    /// Everybody may see it; otherwise the author's friends.
    #[schema(example = true)]
    public: bool,
    author: Author,
}

/// A funding in full.
#[derive(Debug, Serialize, ToSchema)]
pub struct Detail {
    #[serde(flatten)]
    card: Card,
    #[schema(example = "무선 헤드폰을 갖고 싶어요.")]
    content: String,
    /// In Asia/Seoul.
    #[schema(example = "2026-11-22T10:00:00+09:00")]
    created_on: String,
    /// The author's thank-you.
    #[schema(example = "덕분에 잘 받았어요. 고마워요!")]
    review: Option<String>,
    /// Path of the picture that comes with the review.
    #[schema(example = "/media/6b1d4c2a9f0e8d7c5b3a190817263544.jpg")]
    review_image: Option<String>,
}

impl Card {
    /// From the rows of a query that applied the visibility rule; signs the URL of a friends-only picture.
    pub fn new((row, author): CardRows, media: &MediaStore, now: Timestamp) -> Self {
        let public = row.visible_to == EVERYBODY;
        Self {
            id: row.id,
            title: row.title,
            image: row.image.map(|name| media.path(&name, public, now)),
            goal_amount: row.goal_amount,
            current_amount: row.collected_amount,
            expire_on: Timestamp::from_micros(row.deadline_at).to_seoul(),
            public,
            author: Author::new(author.kakao_id, author.username, author.image.as_deref()),
        }
    }
}

impl Detail {
    /// As [`Card::new`].
    pub fn new((card, author, detail): DetailRows, media: &MediaStore, now: Timestamp) -> Self {
        let card = Card::new((card, author), media, now);
        Self {
            content: detail.content,
            created_on: Timestamp::from_micros(detail.created_at).to_seoul(),
            review: detail.review,
            review_image: detail
                .review_image
                .map(|name| media.path(&name, card.public, now)),
            card,
        }
    }
}
