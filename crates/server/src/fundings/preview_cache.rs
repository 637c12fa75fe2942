//! Pictures of links, each drawn once however many chats ask for it at the same time, off the threads that
//! answer requests.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use preview::{DrawingError, Font, draw_funding};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::Preview;
use crate::state::AppState;
use web::AppError;

/// Pictures drawn at the same time: one takes some tens of milliseconds and, with its font, some 30 MB.
const ARTISTS: usize = 1;

/// Longest wait for one's turn: a chat's machine gives up not much later.
const TURN_WAIT: Duration = Duration::from_secs(2);

/// Bytes of pictures kept: some two hundred.
const KEPT_BYTES_MAX: usize = 8 * 1024 * 1024;

/// Draws, and keeps what was drawn last.
pub struct Previews {
    font: OnceLock<Option<Font>>,
    artists: Arc<Semaphore>,
    kept: Mutex<Kept>,
}

/// Pictures by version, the oldest first.
#[derive(Default)]
struct Kept {
    pictures: VecDeque<(String, Bytes)>,
    bytes: usize,
}

impl Previews {
    /// With this font; without one the best of the system is looked for when the first picture is drawn.
    pub fn new(font: Option<Font>) -> Self {
        let lock = OnceLock::new();
        if font.is_some() {
            lock.get_or_init(|| font);
        }
        Self {
            font: lock,
            artists: Arc::new(Semaphore::new(ARTISTS)),
            kept: Mutex::default(),
        }
    }

    fn font(&self) -> Option<&Font> {
        self.font.get_or_init(find_font).as_ref()
    }

    fn find(&self, version: &str) -> Option<Bytes> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut pictures = kept.pictures.iter();
        let found = pictures.find(|(known, _)| known == version);
        found.map(|(_, picture)| picture.clone())
    }

    fn keep(&self, version: String, picture: Bytes) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.bytes += picture.len();
        kept.pictures.push_back((version, picture));
        while kept.bytes > KEPT_BYTES_MAX
            && let Some((_, oldest)) = kept.pictures.pop_front()
        {
            kept.bytes -= oldest.len();
        }
    }

    fn draw(&self, preview: &Preview, own: Option<&[u8]>) -> Result<Bytes, DrawingError> {
        let picture = Bytes::from(draw_funding(self.font(), &preview.facts(own))?);
        self.keep(preview.version(), picture.clone());
        Ok(picture)
    }
}

fn find_font() -> Option<Font> {
    let font = Font::of_system();
    match &font {
        Some(font) => tracing::info!(font = %font.path().display(), "link previews have a font"),
        None => tracing::warn!(
            "no font with Hangul is installed: link previews have no text (setting: preview_font)"
        ),
    }
    font
}

/// The picture of a funding; `None` when so many are being drawn that its turn does not come soon.
///
/// # Errors
/// When the store of pictures fails, or the drawing.
pub async fn find_or_draw(state: &AppState, preview: Preview) -> Result<Option<Bytes>, AppError> {
    let version = preview.version();
    if let Some(found) = state.previews.find(&version) {
        return Ok(Some(found));
    }
    let turn = Arc::clone(&state.previews.artists).acquire_owned();
    let Ok(turn) = timeout(TURN_WAIT, turn).await else {
        return Ok(None);
    };
    let turn = turn.map_err(AppError::internal)?;
    // Whoever was before us may have wanted the same.
    if let Some(found) = state.previews.find(&version) {
        return Ok(Some(found));
    }
    let own = match preview.picture() {
        Some(name) => state.media.find_full(name).await,
        None => Ok(None),
    };
    let own = own.map_err(AppError::internal)?;
    let shared = state.clone();
    let drawing = tokio::task::spawn_blocking(move || {
        // Held until it is drawn, even when the one who asked has gone.
        let _turn = turn;
        shared.previews.draw(&preview, own.as_deref())
    });
    let drawn = drawing.await.map_err(AppError::internal)?;
    drawn.map(Some).map_err(AppError::internal)
}
