//! The logo, a shining gift, and the preview of the whole site.
#![expect(
    clippy::float_arithmetic,
    reason = "geometry for a rasteriser that works in floats; no amount comes near"
)]

use tiny_skia::{LineCap, PathBuilder, Transform};

use crate::canvas::{Canvas, Colour, Rect, arch, rounded};
use crate::colours::{ACCENT, ACCENT_SOFT, CARD, INK, RIBBON, SOFT};
use crate::text::{TextPosition, TextRenderer};
use crate::wrap::wrap;

/// The product's name.
pub const NAME: &str = "FunSun";

/// Side length of the drawing in its own units, as in `icons/icon.svg`.
const ART: f32 = 512.0;

/// Draws the logo: the gift on a rounded square.
pub fn logo(canvas: &mut Canvas, x: i16, y: i16, side: i16) {
    let area = Rect {
        x,
        y,
        width: side,
        height: side,
    };
    canvas.rounded(area, side * 7 / 32, ACCENT);
    gift(canvas, inset(area, side / 10), CARD, RIBBON);
}

/// Draws the gift alone: box and lid in one colour, the ribbon in gold.
pub fn gift(canvas: &mut Canvas, area: Rect, box_colour: Colour, ray_colour: Colour) {
    let scale = f32::from(area.width) / ART;
    let transform =
        Transform::from_row(scale, 0.0, 0.0, scale, f32::from(area.x), f32::from(area.y));
    let whole = |x, y, width, height| Rect {
        x,
        y,
        width,
        height,
    };
    let parts = [
        (whole(92, 244, 328, 200), 28, box_colour),
        (whole(72, 168, 368, 56), 20, box_colour),
        (whole(232, 168, 48, 276), 0, RIBBON),
    ];
    for (part, radius, colour) in parts {
        if let Some(path) = rounded(part, radius) {
            canvas.fill(&path, transform, colour);
        }
    }
    if let Some(bow) = arch(256.0, 168.0, 68.0) {
        canvas.stroke(&bow, transform, (56.0, LineCap::Butt), RIBBON);
    }
    let mut shine = PathBuilder::new();
    for [x1, y1, x2, y2] in [
        [256.0, 28.0, 256.0, 50.0],
        [157.0, 54.0, 168.0, 74.0],
        [355.0, 54.0, 344.0, 74.0],
        [86.0, 122.0, 106.0, 133.0],
        [426.0, 122.0, 406.0, 133.0],
    ] {
        shine.move_to(x1, y1);
        shine.line_to(x2, y2);
    }
    if let Some(shine) = shine.finish() {
        canvas.stroke(&shine, transform, (22.0, LineCap::Round), ray_colour);
    }
}

/// The rectangle with `by` pixels less on each side.
pub fn inset(area: Rect, by: i16) -> Rect {
    Rect {
        x: area.x + by,
        y: area.y + by,
        width: area.width - 2 * by,
        height: area.height - 2 * by,
    }
}

/// Draws the preview of the whole site.
pub fn draw(canvas: &mut Canvas, renderer: Option<&TextRenderer<'_>>, line: &str) {
    let sun = Rect {
        x: 468,
        y: 50,
        width: 300,
        height: 300,
    };
    canvas.rounded(sun, 150, ACCENT_SOFT);
    gift(canvas, inset(sun, 44), ACCENT, ACCENT);
    logo(canvas, 56, 88, 72);
    let Some(renderer) = renderer else {
        return;
    };
    let position = |baseline, size| TextPosition {
        x: 56,
        baseline,
        size,
    };
    renderer.draw(canvas, &renderer.glyphs(NAME), position(234, 68), INK);
    let size = 30;
    let rows = wrap(
        renderer,
        &renderer.glyphs(line),
        renderer.font_units(390, size),
        2,
    );
    for (row, baseline) in rows.into_iter().zip([288, 328]) {
        renderer.draw(canvas, &row, position(baseline, size), SOFT);
    }
}
