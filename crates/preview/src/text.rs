//! Text rendering: glyph selection, widths and outlines.
//!
//! Widths are in whole font units, of which [`TextRenderer::units_per_em`] equal the font size in pixels.
#![expect(
    clippy::float_arithmetic,
    reason = "geometry for a rasteriser that works in floats; no amount comes near"
)]

use tiny_skia::{PathBuilder, Transform};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

use crate::canvas::{Canvas, Colour};

/// Draws texts in one font.
pub struct TextRenderer<'a> {
    face: Face<'a>,
    units_per_em: i32,
}

/// A glyph of the font.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyph {
    id: GlyphId,
    /// Advance width, in font units.
    pub width: i32,
    pub is_space: bool,
}

/// Position and font size of a line of text, in pixels.
#[derive(Clone, Copy, Debug)]
pub struct TextPosition {
    /// Left end.
    pub x: i16,
    /// Baseline, from the top of the canvas.
    pub baseline: i16,
    /// Font size.
    pub size: i16,
}

impl<'a> TextRenderer<'a> {
    pub fn new(face: Face<'a>) -> Option<Self> {
        let units_per_em = i32::from(face.units_per_em());
        (units_per_em > 0).then_some(Self { face, units_per_em })
    }

    /// The glyphs of `text`, without characters missing in the font, with single spaces between words.
    pub fn glyphs(&self, text: &str) -> Vec<Glyph> {
        let mut glyphs: Vec<Glyph> = Vec::new();
        for it in text.chars().filter(|it| !is_invisible(*it)) {
            let is_space = it.is_whitespace();
            if is_space && glyphs.last().is_none_or(|last| last.is_space) {
                continue;
            }
            glyphs.extend(self.glyph(if is_space { ' ' } else { it }));
        }
        glyphs.pop_if(|last| last.is_space);
        glyphs
    }

    pub fn glyph(&self, it: char) -> Option<Glyph> {
        let id = self.face.glyph_index(it).filter(|id| id.0 != 0)?;
        Some(Glyph {
            id,
            width: i32::from(self.face.glyph_hor_advance(id)?),
            is_space: it == ' ',
        })
    }

    /// Converts pixels to font units at this font size.
    pub fn font_units(&self, pixels: i16, size: i16) -> i32 {
        i32::from(pixels) * self.units_per_em / i32::from(size.max(1))
    }

    /// Width of a line in pixels at this font size, rounded up.
    pub fn pixels(&self, glyphs: &[Glyph], size: i16) -> i16 {
        let units: i32 = glyphs.iter().map(|glyph| glyph.width).sum();
        let pixels = units.saturating_mul(i32::from(size)) / self.units_per_em + 1;
        i16::try_from(pixels).unwrap_or(i16::MAX)
    }

    /// Draws one line.
    pub fn draw(
        &self,
        canvas: &mut Canvas,
        glyphs: &[Glyph],
        position: TextPosition,
        colour: Colour,
    ) {
        let Ok(units_per_em) = u16::try_from(self.units_per_em) else {
            return;
        };
        let scale = f32::from(position.size) / f32::from(units_per_em);
        let mut outline = Outline::default();
        for glyph in glyphs {
            self.face.outline_glyph(glyph.id, &mut outline);
            outline.offset += f32::from(i16::try_from(glyph.width).unwrap_or_default());
        }
        let Some(path) = outline.path.finish() else {
            return;
        };
        // The y axis of fonts points upwards.
        let (x, y) = (f32::from(position.x), f32::from(position.baseline));
        let transform = Transform::from_row(scale, 0.0, 0.0, -scale, x, y);
        canvas.fill(&path, transform, colour);
    }
}

/// Whether it is a control or formatting character, which would be drawn as a box or a gap.
fn is_invisible(it: char) -> bool {
    let formatting = matches!(it,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{180b}'..='\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffd}' | '\u{e0000}'..='\u{e0fff}');
    formatting || (it.is_control() && !it.is_whitespace())
}

/// Collects glyph outlines into one path, each shifted by the widths before it.
#[derive(Default)]
struct Outline {
    path: PathBuilder,
    offset: f32,
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.path.move_to(self.offset + x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.path.line_to(self.offset + x, y);
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.path.quad_to(self.offset + x1, y1, self.offset + x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let offset = self.offset;
        self.path
            .cubic_to(offset + x1, y1, offset + x2, y2, offset + x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
