//! The link preview of a public funding, as chats show it, and the URL of its picture. The URL changes with the
//! drawn content, since chats cache a picture by its URL.

use sha2::{Digest, Sha256};

use super::card::{AuthorRow, CardRow};
use crate::people::face;
use crate::site::{Lang, Texts, format};
use crate::visibility::EVERYBODY;

/// The pictures are in Korean: they are requested by a chat's server, so the reader's language is unknown.
const TEXTS: Texts = Texts(Lang::Ko);

/// Bytes of a version: enough to avoid collisions.
const VERSION_BYTES: usize = 12;

/// Everything that the picture of a funding shows.
#[derive(Clone, Debug)]
pub struct LinkPreview {
    id: i64,
    title: String,
    byline: String,
    percent: String,
    thousandths: u16,
    collected: String,
    goal: String,
    /// The name of the funding's picture.
    picture: Option<String>,
}

impl LinkPreview {
    /// The preview of a public funding; `None` for any other.
    pub fn new(card: &CardRow, author: &AuthorRow) -> Option<Self> {
        if card.visible_to != EVERYBODY {
            return None;
        }
        let (collected, goal) = (card.collected_amount, card.goal_amount);
        let author = face(author.kakao_id, author.username.clone(), None, TEXTS);
        let goal_text = TEXTS.won(goal);
        Some(Self {
            id: card.id,
            title: card.title.clone(),
            byline: TEXTS.fill("preview.byline", [("name", &author.name)]),
            percent: format!("{}%", format::percent(collected, goal)),
            thousandths: format::thousandths(collected, goal),
            collected: TEXTS.won(collected),
            goal: TEXTS.fill("funding.goal", [("goal", &goal_text)]),
            picture: card.image.clone(),
        })
    }

    /// A digest of everything that is drawn.
    pub fn version(&self) -> String {
        let mut digest = Sha256::new_with_prefix(preview::REVISION.to_be_bytes());
        digest.update(self.thousandths.to_be_bytes());
        let picture = self.picture.as_deref().unwrap_or_default();
        for text in [
            &self.title,
            &self.byline,
            &self.percent,
            &self.collected,
            &self.goal,
            picture,
        ] {
            digest.update(text.as_bytes());
            // This byte is not valid UTF-8, so it separates the texts unambiguously.
            digest.update([0xff]);
        }
        let digest = digest.finalize();
        hex::encode(&digest[..VERSION_BYTES])
    }

    /// The path of the picture.
    pub fn path(&self) -> String {
        format!("/fundings/{}/preview/{}.png", self.id, self.version())
    }

    /// The name of the funding's own picture.
    pub fn picture(&self) -> Option<&str> {
        self.picture.as_deref()
    }

    /// The input of the drawing; `picture` is the content of the funding's own picture.
    pub fn facts<'a>(&'a self, picture: Option<&'a [u8]>) -> preview::FundingCard<'a> {
        preview::FundingCard {
            title: &self.title,
            byline: &self.byline,
            percent: &self.percent,
            thousandths: self.thousandths,
            collected: &self.collected,
            goal: &self.goal,
            picture,
        }
    }
}
