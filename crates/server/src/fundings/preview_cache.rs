//! A bounded cache of drawn link previews.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use bytes::Bytes;
use preview::{DrawingError, Font, draw_funding};
use tokio::sync::Semaphore;

use super::link_preview::LinkPreview;

/// Concurrent drawings: one takes some tens of milliseconds and, with its font, some 30 MB.
const DRAWN_AT_ONCE: usize = 1;

/// Most bytes of cached pictures: some two hundred pictures.
const CACHED_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Draws link previews and caches the latest.
pub struct PreviewCache {
    font: OnceLock<Option<Font>>,
    pub(super) drawing: Arc<Semaphore>,
    cached: Mutex<Cached>,
}

/// Pictures by version, the oldest first.
#[derive(Default)]
struct Cached {
    pictures: VecDeque<(String, Bytes)>,
    bytes: usize,
}

impl PreviewCache {
    /// A cache that draws with this font; without one, a system font is selected at the first drawing.
    pub fn new(font: Option<Font>) -> Self {
        let lock = OnceLock::new();
        if font.is_some() {
            lock.get_or_init(|| font);
        }
        Self {
            font: lock,
            drawing: Arc::new(Semaphore::new(DRAWN_AT_ONCE)),
            cached: Mutex::default(),
        }
    }

    fn font(&self) -> Option<&Font> {
        self.font.get_or_init(find_font).as_ref()
    }

    /// The cached picture of this version.
    pub(super) fn find(&self, version: &str) -> Option<Bytes> {
        let cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pictures = cached.pictures.iter();
        let found = pictures.find(|(known, _)| known == version);
        found.map(|(_, picture)| picture.clone())
    }

    fn insert(&self, version: String, picture: Bytes) {
        let mut cached = self.cached.lock().unwrap_or_else(PoisonError::into_inner);
        cached.bytes += picture.len();
        cached.pictures.push_back((version, picture));
        while cached.bytes > CACHED_BYTES_MAX
            && let Some((_, oldest)) = cached.pictures.pop_front()
        {
            cached.bytes -= oldest.len();
        }
    }

    /// Draws a picture and caches it. Takes some tens of milliseconds.
    ///
    /// # Errors
    /// When the drawing fails.
    pub(super) fn draw(
        &self,
        preview: &LinkPreview,
        own: Option<&[u8]>,
    ) -> Result<Bytes, DrawingError> {
        let picture = Bytes::from(draw_funding(self.font(), &preview.facts(own))?);
        self.insert(preview.version(), picture.clone());
        Ok(picture)
    }
}

fn find_font() -> Option<Font> {
    let font = Font::from_system();
    match &font {
        Some(font) => tracing::info!(font = %font.path().display(), "link previews have a font"),
        None => tracing::warn!(
            "no font with Hangul is installed: link previews have no text (setting: preview_font)"
        ),
    }
    font
}
