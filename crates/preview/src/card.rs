//! The preview of a funding: its picture on the left; title, author and amounts on the right.

use crate::brand::{NAME, gift, inset, logo};
use crate::canvas::{Canvas, Colour, Rect};
use crate::colours::{ACCENT, ACCENT_SOFT, INK, SOFT};
use crate::text::{Glyph, TextPosition, TextRenderer};
use crate::wrap::{fits, one_line, wrap};
use crate::{FundingCard, photo};

/// Position of the funding's picture.
const PICTURE: Rect = Rect {
    x: 36,
    y: 36,
    width: 328,
    height: 328,
};
const PICTURE_RADIUS: i16 = 28;

/// The text column: left edge, width, right edge.
const LEFT: i16 = 404;
const COLUMN: i16 = 360;
const RIGHT: i16 = LEFT + COLUMN;

const BAR: Rect = Rect {
    x: LEFT,
    y: 310,
    width: COLUMN,
    height: 18,
};

/// Font sizes of the title, each with its maximum number of lines and its line height: the largest size at which the
/// whole title fits is used.
const TITLES: [(i16, usize, i16); 4] = [(44, 1, 54), (40, 2, 50), (36, 2, 46), (31, 3, 40)];

/// Vertical centre of the block of title and byline.
const TITLE_MIDDLE: i16 = 164;

pub fn draw(canvas: &mut Canvas, renderer: Option<&TextRenderer<'_>>, card: &FundingCard<'_>) {
    picture(canvas, card.picture);
    logo(canvas, LEFT, PICTURE.y, 36);
    bar(canvas, card.thousandths);
    let Some(renderer) = renderer else {
        return;
    };
    let name = TextPosition {
        x: LEFT + 46,
        baseline: PICTURE.y + 27,
        size: 25,
    };
    renderer.draw(canvas, &renderer.glyphs(NAME), name, ACCENT);
    title(canvas, renderer, card);
    amounts(canvas, renderer, card);
}

fn picture(canvas: &mut Canvas, file: Option<&[u8]>) {
    canvas.rounded(PICTURE, PICTURE_RADIUS, ACCENT_SOFT);
    let side = PICTURE.width.unsigned_abs();
    match file.and_then(|file| photo::square(file, side)) {
        Some(photo) => canvas.photo(PICTURE, PICTURE_RADIUS, photo.as_ref()),
        None => gift(canvas, inset(PICTURE, 62), ACCENT, ACCENT),
    }
}

fn bar(canvas: &mut Canvas, thousandths: u16) {
    canvas.rounded(BAR, BAR.height / 2, ACCENT_SOFT);
    let share = i32::from(thousandths.min(1_000));
    if share > 0 {
        let width = i32::from(BAR.width) * share / 1_000;
        // At least as wide as high, so that both ends stay round.
        let width = i16::try_from(width).unwrap_or(BAR.width).max(BAR.height);
        canvas.rounded(Rect { width, ..BAR }, BAR.height / 2, ACCENT);
    }
}

fn title(canvas: &mut Canvas, renderer: &TextRenderer<'_>, card: &FundingCard<'_>) {
    let glyphs = renderer.glyphs(card.title);
    let whole = |(size, lines, _): &&(i16, usize, i16)| {
        fits(&glyphs, renderer.font_units(COLUMN, *size), *lines)
    };
    let last = TITLES[TITLES.len() - 1];
    let (size, lines, height) = *TITLES.iter().find(whole).unwrap_or(&last);
    let rows = wrap(renderer, &glyphs, renderer.font_units(COLUMN, size), lines);
    let count = i16::try_from(rows.len()).unwrap_or_default();
    let (byline, gap) = (22, 14);
    let top = TITLE_MIDDLE - (count * height + gap + byline) / 2;
    write(canvas, renderer, &rows, (top, size, height));
    let under = top + count * height + gap + byline * 4 / 5;
    let line = one_line(
        renderer,
        renderer.glyphs(card.byline),
        renderer.font_units(COLUMN, byline),
    );
    let position = TextPosition {
        x: LEFT,
        baseline: under,
        size: byline,
    };
    renderer.draw(canvas, &line, position, SOFT);
}

fn write(
    canvas: &mut Canvas,
    renderer: &TextRenderer<'_>,
    rows: &[Vec<Glyph>],
    at: (i16, i16, i16),
) {
    let (mut top, size, height) = at;
    for row in rows {
        let position = TextPosition {
            x: LEFT,
            // Capitals and Hangul syllables rise about four fifths of the font size above the baseline.
            baseline: top + (height - size) / 2 + size * 7 / 8,
            size,
        };
        renderer.draw(canvas, row, position, INK);
        top += height;
    }
}

fn amounts(canvas: &mut Canvas, renderer: &TextRenderer<'_>, card: &FundingCard<'_>) {
    let (percent, collected) = (
        renderer.glyphs(card.percent),
        renderer.glyphs(card.collected),
    );
    let gap = 16;
    let beside = |(large, small): &(i16, i16)| {
        let wide = renderer.pixels(&percent, *large).saturating_add(gap);
        wide.saturating_add(renderer.pixels(&collected, *small)) <= COLUMN
    };
    let sizes = [(46, 28), (42, 25), (36, 22), (30, 19), (24, 16)];
    let (large, small) = sizes.into_iter().find(beside).unwrap_or((24, 16));
    let baseline = BAR.y - 15;
    let position = |x, size| TextPosition { x, baseline, size };
    renderer.draw(canvas, &percent, position(LEFT, large), ACCENT);
    let from_right = |line: &[Glyph], size| RIGHT - renderer.pixels(line, size);
    renderer.draw(
        canvas,
        &collected,
        position(from_right(&collected, small), small),
        INK,
    );
    let goal = one_line(
        renderer,
        renderer.glyphs(card.goal),
        renderer.font_units(COLUMN, 21),
    );
    below(canvas, renderer, &goal, SOFT, from_right(&goal, 21));
}

fn below(canvas: &mut Canvas, renderer: &TextRenderer<'_>, line: &[Glyph], colour: Colour, x: i16) {
    let position = TextPosition {
        x,
        baseline: 361,
        size: 21,
    };
    renderer.draw(canvas, line, position, colour);
}
