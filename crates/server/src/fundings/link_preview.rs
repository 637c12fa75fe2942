//! What a chat shows for a link to a public funding, and the URL of its picture: it changes with everything that is
//! drawn, since chats cache a picture by its URL.

use sha2::{Digest, Sha256};

use super::card::{AuthorRow, CardRow};
use crate::people::face;
use crate::site::{Lang, Texts, format};
use crate::visibility::EVERYBODY;

/// The pictures are in Korean: they are requested by a chat's server, not by the person who will see them.
const WORDS: Texts = Texts(Lang::Ko);

/// Bytes of a version: enough that two different pictures never share one.
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
    /// Of a funding that everybody may see; `None` of any other.
    pub fn new(card: &CardRow, author: &AuthorRow) -> Option<Self> {
        if card.visible_to != EVERYBODY {
            return None;
        }
        let (collected, goal) = (card.collected_amount, card.goal_amount);
        let author = face(author.kakao_id, author.username.clone(), None, WORDS);
        let goal_text = WORDS.won(goal);
        Some(Self {
            id: card.id,
            title: card.title.clone(),
            byline: WORDS.fill("preview.byline", [("name", &author.name)]),
            percent: format!("{}%", format::percent(collected, goal)),
            thousandths: format::thousandths(collected, goal),
            collected: WORDS.won(collected),
            goal: WORDS.fill("funding.goal", [("goal", &goal_text)]),
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

    /// Where the picture is.
    pub fn path(&self) -> String {
        format!("/fundings/{}/preview/{}.png", self.id, self.version())
    }

    /// The name of the funding's own picture.
    pub fn picture(&self) -> Option<&str> {
        self.picture.as_deref()
    }

    /// For the drawing; `picture` is the content of the funding's own.
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
