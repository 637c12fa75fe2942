//! The picture that a chat shows for a link: card in, PNG out. Knows no server, no clock, no language.
//!
//! Text needs a font of the system or a configured one. Without a font the same picture is drawn without
//! text, and a character that the font lacks is left out: nobody is shown empty boxes.

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

/// Pixels from side to side: what KakaoTalk shows uncropped is 2:1.
pub const WIDTH: u16 = 800;
/// Pixels from top to bottom.
pub const HEIGHT: u16 = 400;

/// Changes whenever the same card are drawn differently, so that addresses made of both change too.
pub const REVISION: u32 = 1;

/// What the picture of a funding says; every text is ready to be read.
#[derive(Clone, Copy, Debug)]
pub struct FundingCard<'a> {
    /// What is wished for.
    pub title: &'a str,
    /// Whose wish it is.
    pub byline: &'a str,
    /// How much of the goal there is, such as `60%`.
    pub percent: &'a str,
    /// The same for the bar, in thousandths; it is full at 1,000.
    pub thousandths: u16,
    /// What is collected, with its currency.
    pub collected: &'a str,
    /// What is aimed for.
    pub goal: &'a str,
    /// The funding's picture, a JPEG or PNG of our own making.
    pub picture: Option<&'a [u8]>,
}

/// The picture could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DrawingError {
    /// No memory for it, or a bug of ours.
    #[error("there is no canvas of this size")]
    Canvas,
    /// The encoder failed.
    #[error("the picture can't be encoded")]
    Encoding(#[from] image::ImageError),
}

/// Draws a funding. Takes some tens of milliseconds: run it off the asynchronous threads.
///
/// # Errors
/// [`DrawingError`]; a picture that can't be read is drawn as none.
pub fn draw_funding(font: Option<&Font>, card: &FundingCard<'_>) -> Result<Vec<u8>, DrawingError> {
    draw(font, |canvas, renderer| card::draw(canvas, renderer, card))
}

/// Draws what stands for the whole site: its mark, its name, and `line`.
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
    // A font that has gone since the start is no reason to show nothing.
    let file = font.and_then(Font::read);
    let font_data = font.zip(file.as_deref());
    let renderer = font_data.and_then(|(font, file)| TextRenderer::new(font.face(file)?));
    picture(&mut canvas, renderer.as_ref());
    Ok(encode::png(&canvas)?)
}
