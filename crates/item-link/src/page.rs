//! The metadata of a page: its title and the URL of its picture.

use html5gum::emitters::default::StartTag;
use html5gum::{DefaultEmitter, Token, Tokenizer};

use crate::TITLE_CHARS_MAX;

/// Metadata from the best available source: Open Graph, then Twitter cards, then the title element.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Metadata {
    pub(crate) title: Option<String>,
    /// An absolute or relative URL, unchecked.
    pub(crate) picture: Option<String>,
}

/// Parses a page, which may be truncated.
pub(crate) fn parse(html: &str) -> Metadata {
    let mut emitter = DefaultEmitter::default();
    // Makes the content of scripts and styles text instead of tags.
    emitter.naively_switch_states(true);
    let (mut titles, mut pictures) = (Candidates::default(), Candidates::default());
    let mut in_title = false;
    for token in Tokenizer::new_with_emitter(html, emitter) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                in_title = tag.name.as_slice() == b"title";
                if tag.name.as_slice() == b"meta" {
                    add_meta(&tag, &mut titles, &mut pictures);
                }
            }
            Token::String(text) if in_title => titles.add(2, one_line(&text.value)),
            Token::EndTag(_) => in_title = false,
            _ => {}
        }
        if titles.is_final() && pictures.is_final() {
            break;
        }
    }
    Metadata {
        title: titles.best(),
        picture: pictures.best(),
    }
}

fn add_meta(tag: &StartTag<()>, titles: &mut Candidates, pictures: &mut Candidates) {
    let attribute = |name: &[u8]| tag.attributes.get(name).map(|it| it.value.as_slice());
    // Open Graph uses `property`, Twitter `name`; many pages mix them up.
    let (Some(name), Some(content)) = (
        attribute(b"property").or_else(|| attribute(b"name")),
        attribute(b"content"),
    ) else {
        return;
    };
    let content = one_line(content);
    match name.to_ascii_lowercase().as_slice() {
        b"og:title" => titles.add(0, content),
        b"twitter:title" => titles.add(1, content),
        b"og:image" | b"og:image:url" | b"og:image:secure_url" => pictures.add(0, content),
        b"twitter:image" | b"twitter:image:src" => pictures.add(1, content),
        _ => {}
    }
}

/// The first value of each kind of source, ordered by preference.
#[derive(Default)]
struct Candidates([Option<String>; 3]);

impl Candidates {
    fn add(&mut self, rank: usize, text: String) {
        if !text.is_empty() && self.0[rank].is_none() {
            self.0[rank] = Some(text);
        }
    }

    /// Whether the preferred source has a value.
    fn is_final(&self) -> bool {
        self.0[0].is_some()
    }

    fn best(self) -> Option<String> {
        self.0.into_iter().flatten().next()
    }
}

/// Removes control characters and collapses white space.
fn one_line(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let text = text.replace(char::is_control, " ");
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// Truncates a title to [`TITLE_CHARS_MAX`].
pub(crate) fn truncated(title: &str) -> String {
    title.chars().take(TITLE_CHARS_MAX).collect()
}
