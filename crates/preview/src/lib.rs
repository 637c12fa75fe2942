//! Draws link preview images for chats: texts and a picture in, PNG out. Independent of server, clock and language.
//!
//! Text needs a system font or a configured one. Without a font, the same image is drawn without text, and characters
//! missing in the font are omitted: no empty boxes are drawn.

mod brand;
mod canvas;
mod card;
mod colours;
mod encode;
mod font;
mod photo;
mod text;
mod wrap;

use canvas::Canvas;
pub use font::{Font, FontError};
use text::TextRenderer;

/// Width in pixels: KakaoTalk shows an aspect ratio of 2:1 uncropped.
pub const WIDTH: u16 = 800;
/// Height in pixels.
pub const HEIGHT: u16 = 400;

/// Incremented whenever the same card is drawn differently, so that URLs derived from card and revision change too.
pub const REVISION: u32 = 1;

/// The content of a funding's preview; texts are formatted and translated by the caller.
#[derive(Clone, Copy, Debug)]
pub struct FundingCard<'a> {
    /// The funding's title.
    pub title: &'a str,
    /// The author.
    pub byline: &'a str,
    /// The collected share of the goal, such as `60%`.
    pub percent: &'a str,
    /// The same share for the progress bar, in thousandths; values above 1,000 count as 1,000.
    pub thousandths: u16,
    /// The collected amount, with its currency.
    pub collected: &'a str,
    /// The goal amount, with its label and currency.
    pub goal: &'a str,
    /// The funding's picture, a JPEG or PNG encoded by us.
    pub picture: Option<&'a [u8]>,
}

/// Why an image could not be drawn.
#[derive(Debug, thiserror::Error)]
pub enum DrawingError {
    /// The canvas could not be allocated, or its size is invalid.
    #[error("the canvas could not be created")]
    Canvas,
    /// The encoder failed.
    #[error("the image could not be encoded")]
    Encoding(#[from] image::ImageError),
}

/// Draws the preview of a funding as PNG. Blocks for some tens of milliseconds: call it outside the async executor.
///
/// # Errors
/// [`DrawingError`]; an undecodable picture is no error and drawn as if there were none.
pub fn draw_funding(font: Option<&Font>, card: &FundingCard<'_>) -> Result<Vec<u8>, DrawingError> {
    draw(font, |canvas, renderer| card::draw(canvas, renderer, card))
}

/// Draws the preview of the whole site as PNG: its logo, its name, and `line`.
///
/// # Errors
/// [`DrawingError`]
pub fn draw_site(font: Option<&Font>, line: &str) -> Result<Vec<u8>, DrawingError> {
    draw(font, |canvas, renderer| brand::draw(canvas, renderer, line))
}

fn draw(
    font: Option<&Font>,
    picture: impl FnOnce(&mut Canvas, Option<&TextRenderer<'_>>),
) -> Result<Vec<u8>, DrawingError> {
    let mut canvas = Canvas::new(WIDTH, HEIGHT, colours::PAPER).ok_or(DrawingError::Canvas)?;
    // A font file that has been removed since the start is no error: the image is drawn without text.
    let file = font.and_then(Font::read);
    let font_data = font.zip(file.as_deref());
    let renderer = font_data.and_then(|(font, file)| TextRenderer::new(font.face(file)?));
    picture(&mut canvas, renderer.as_ref());
    Ok(encode::png(&canvas)?)
}
