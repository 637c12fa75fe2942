//! The canvas: rounded rectangles, strokes, glyph outlines, photos.
#![expect(
    clippy::float_arithmetic,
    reason = "geometry for a rasteriser that works in floats; no amount comes near"
)]

use tiny_skia::{
    FillRule, FilterQuality, LineCap, Paint, Path, PathBuilder, Pattern, Pixmap, PixmapRef,
    SpreadMode, Stroke, Transform,
};

/// Red, green, blue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u8, pub u8, pub u8);

/// A rectangle in whole pixels.
#[derive(Clone, Copy, Debug)]
pub struct Rect {
    /// Left edge, from the left of the canvas.
    pub x: i16,
    /// Top edge, from the top of the canvas.
    pub y: i16,
    /// Width.
    pub width: i16,
    /// Height.
    pub height: i16,
}

/// Distance of a cubic's control point from the end of the quarter circle it approximates, as a share of the radius.
const QUARTER: f32 = 0.552_285;

pub struct Canvas {
    pixels: Pixmap,
}

impl Canvas {
    pub fn new(width: u16, height: u16, paper: Colour) -> Option<Self> {
        let mut pixels = Pixmap::new(width.into(), height.into())?;
        pixels.fill(paper.into());
        Some(Self { pixels })
    }

    /// The pixels: rows from the top, three bytes (red, green, blue) per pixel. The background is opaque, so no alpha is
    /// lost.
    pub fn rgb(&self) -> Vec<u8> {
        let pixels = self.pixels.pixels().iter();
        pixels
            .flat_map(|pixel| [pixel.red(), pixel.green(), pixel.blue()])
            .collect()
    }

    pub fn rounded(&mut self, area: Rect, radius: i16, colour: Colour) {
        if let Some(path) = rounded(area, radius) {
            self.fill(&path, Transform::identity(), colour);
        }
    }

    /// Draws `photo`, which must be as large as `area`, with rounded corners.
    pub fn photo(&mut self, area: Rect, radius: i16, photo: PixmapRef<'_>) {
        let Some(path) = rounded(area, radius) else {
            return;
        };
        let (x, y) = (f32::from(area.x), f32::from(area.y));
        let transform = Transform::from_translate(x, y);
        let pixels = Pattern::new(
            photo,
            SpreadMode::Pad,
            FilterQuality::Nearest,
            1.0,
            transform,
        );
        let paint = Paint {
            shader: pixels,
            ..Paint::default()
        };
        let rule = FillRule::Winding;
        self.pixels
            .fill_path(&path, &paint, rule, Transform::identity(), None);
    }

    pub fn fill(&mut self, path: &Path, transform: Transform, colour: Colour) {
        let mut paint = Paint::default();
        paint.set_color(colour.into());
        self.pixels
            .fill_path(path, &paint, FillRule::Winding, transform, None);
    }

    pub fn stroke(
        &mut self,
        path: &Path,
        transform: Transform,
        pen: (f32, LineCap),
        colour: Colour,
    ) {
        let mut paint = Paint::default();
        paint.set_color(colour.into());
        let stroke = Stroke {
            width: pen.0,
            line_cap: pen.1,
            ..Stroke::default()
        };
        self.pixels
            .stroke_path(path, &paint, &stroke, transform, None);
    }
}

/// A rectangle with quarter circles as corners; the radius is reduced to what fits.
pub fn rounded(area: Rect, radius: i16) -> Option<Path> {
    let [x, y, width, height] = [area.x, area.y, area.width, area.height].map(f32::from);
    let round = f32::from(radius).min(width / 2.0).min(height / 2.0);
    let (right, bottom) = (x + width, y + height);
    let bend = round * (1.0 - QUARTER);
    let mut path = PathBuilder::new();
    path.move_to(x + round, y);
    path.line_to(right - round, y);
    path.cubic_to(right - bend, y, right, y + bend, right, y + round);
    path.line_to(right, bottom - round);
    path.cubic_to(
        right,
        bottom - bend,
        right - bend,
        bottom,
        right - round,
        bottom,
    );
    path.line_to(x + round, bottom);
    path.cubic_to(x + bend, bottom, x, bottom - bend, x, bottom - round);
    path.line_to(x, y + round);
    path.cubic_to(x, y + bend, x + bend, y, x + round, y);
    path.close();
    path.finish()
}

/// The upper half of a circle, drawn from left to right.
pub fn arch(x: f32, y: f32, radius: f32) -> Option<Path> {
    let (left, right, top, bend) = (x - radius, x + radius, y - radius, radius * QUARTER);
    let mut path = PathBuilder::new();
    path.move_to(left, y);
    path.cubic_to(left, y - bend, x - bend, top, x, top);
    path.cubic_to(x + bend, top, right, y - bend, right, y);
    path.finish()
}
