//! Letters: which of a text can be drawn, how wide they are, and their outlines.
//!
//! Widths are whole units of the font, of which [`Pen::per_em`] make the size in pixels.
#![expect(
    clippy::float_arithmetic,
    reason = "geometry for a rasteriser that works in floats; no amount comes near"
)]

use tiny_skia::{PathBuilder, Transform};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

use crate::canvas::{Canvas, Colour};

/// Draws texts in one font.
pub struct Pen<'a> {
    face: Face<'a>,
    per_em: i32,
}

/// A letter of the font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    glyph: GlyphId,
    /// Units of the font.
    pub width: i32,
    pub is_space: bool,
}

/// Where a line of text stands.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    /// Its left end.
    pub x: i16,
    /// What letters stand on.
    pub baseline: i16,
    /// Size of the font in pixels.
    pub size: i16,
}

impl<'a> Pen<'a> {
    pub fn new(face: Face<'a>) -> Option<Self> {
        let per_em = i32::from(face.units_per_em());
        (per_em > 0).then_some(Self { face, per_em })
    }

    /// What of `text` the font has, with single spaces between words.
    pub fn letters(&self, text: &str) -> Vec<Letter> {
        let mut letters: Vec<Letter> = Vec::new();
        for it in text.chars().filter(|it| !is_invisible(*it)) {
            let is_space = it.is_whitespace();
            if is_space && letters.last().is_none_or(|last| last.is_space) {
                continue;
            }
            letters.extend(self.letter(if is_space { ' ' } else { it }));
        }
        letters.pop_if(|last| last.is_space);
        letters
    }

    pub fn letter(&self, it: char) -> Option<Letter> {
        let glyph = self.face.glyph_index(it).filter(|glyph| glyph.0 != 0)?;
        Some(Letter {
            glyph,
            width: i32::from(self.face.glyph_hor_advance(glyph)?),
            is_space: it == ' ',
        })
    }

    /// Pixels, in units of the font at this size.
    pub fn units(&self, pixels: i16, size: i16) -> i32 {
        i32::from(pixels) * self.per_em / i32::from(size.max(1))
    }

    /// Width of a line in pixels at this size, rounded up.
    pub fn pixels(&self, letters: &[Letter], size: i16) -> i16 {
        let units: i32 = letters.iter().map(|letter| letter.width).sum();
        let pixels = units.saturating_mul(i32::from(size)) / self.per_em + 1;
        i16::try_from(pixels).unwrap_or(i16::MAX)
    }

    /// Draws one line.
    pub fn draw(&self, canvas: &mut Canvas, letters: &[Letter], spot: Spot, colour: Colour) {
        let Ok(per_em) = u16::try_from(self.per_em) else {
            return;
        };
        let scale = f32::from(spot.size) / f32::from(per_em);
        let mut outline = Outline::default();
        for letter in letters {
            self.face.outline_glyph(letter.glyph, &mut outline);
            outline.from += f32::from(i16::try_from(letter.width).unwrap_or_default());
        }
        let Some(path) = outline.path.finish() else {
            return;
        };
        // The font's y grows upwards.
        let (x, y) = (f32::from(spot.x), f32::from(spot.baseline));
        let place = Transform::from_row(scale, 0.0, 0.0, -scale, x, y);
        canvas.fill(&path, place, colour);
    }
}

/// Control characters and those that only steer others: drawn they would be boxes or gaps.
fn is_invisible(it: char) -> bool {
    let steers = matches!(it,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffd}' | '\u{e0000}'..='\u{e0fff}');
    steers || (it.is_control() && !it.is_whitespace())
}

/// Collects outlines, each further to the right.
#[derive(Default)]
struct Outline {
    path: PathBuilder,
    from: f32,
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.from + x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.from + x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.path.quad_to(self.from + x1, y1, self.from + x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let from = self.from;
        self.path
            .cubic_to(from + x1, y1, from + x2, y2, from + x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
