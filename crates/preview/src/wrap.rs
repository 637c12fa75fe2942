//! Line breaking: between words, as is usual in Korean; a text that is too long ends with an ellipsis.

use crate::text::{Glyph, TextRenderer};

/// Steps in which the line width is reduced to balance the lines.
const NARROWING_STEPS: i32 = 24;

/// Breaks `text` into at most `lines` balanced lines of at most `units` font units.
pub fn wrap(
    renderer: &TextRenderer<'_>,
    text: &[Glyph],
    units: i32,
    lines: usize,
) -> Vec<Vec<Glyph>> {
    let mut rows = break_lines(text, units);
    if rows.len() <= lines {
        let narrower =
            (1..NARROWING_STEPS).map(|step| units * (NARROWING_STEPS - step) / NARROWING_STEPS);
        let narrower = narrower.take_while(|units| widest_word(text) <= *units);
        let balanced = narrower.map(|units| break_lines(text, units));
        let as_few = balanced.take_while(|other| other.len() == rows.len());
        rows = as_few.last().unwrap_or(rows);
    }
    if rows.len() > lines {
        rows.truncate(lines);
        let last = rows.pop().unwrap_or_default();
        rows.push(truncate(renderer, last, units));
    }
    rows
}

/// Whether `text` fits into this many lines without breaking a word.
pub fn fits(text: &[Glyph], units: i32, lines: usize) -> bool {
    widest_word(text) <= units && break_lines(text, units).len() <= lines
}

fn widest_word(text: &[Glyph]) -> i32 {
    let words = text.split(|glyph| glyph.is_space).map(width);
    words.max().unwrap_or_default()
}

/// Truncates `text` to one line of at most `units` font units, with an ellipsis.
pub fn one_line(renderer: &TextRenderer<'_>, text: Vec<Glyph>, units: i32) -> Vec<Glyph> {
    if width(&text) <= units {
        text
    } else {
        truncate(renderer, text, units)
    }
}

fn width(glyphs: &[Glyph]) -> i32 {
    glyphs.iter().map(|glyph| glyph.width).sum()
}

fn break_lines(text: &[Glyph], units: i32) -> Vec<Vec<Glyph>> {
    let mut lines: Vec<Vec<Glyph>> = Vec::new();
    let mut line: Vec<Glyph> = Vec::new();
    for word in text.split(|glyph| glyph.is_space) {
        if !line.is_empty() && width(&line) + width(word) > units {
            end_line(&mut lines, &mut line);
        }
        for glyph in word {
            // A word wider than a line is broken within the word.
            if !line.is_empty() && width(&line) + glyph.width > units {
                end_line(&mut lines, &mut line);
            }
            line.push(*glyph);
        }
        let space = text.iter().find(|glyph| glyph.is_space);
        line.extend(space);
    }
    end_line(&mut lines, &mut line);
    lines
}

/// Ends a line, without trailing spaces.
fn end_line(lines: &mut Vec<Vec<Glyph>>, line: &mut Vec<Glyph>) {
    while line.pop_if(|last| last.is_space).is_some() {}
    if !line.is_empty() {
        lines.push(std::mem::take(line));
    }
}

fn truncate(renderer: &TextRenderer<'_>, mut line: Vec<Glyph>, units: i32) -> Vec<Glyph> {
    let end: Vec<Glyph> = match renderer.glyph('…') {
        Some(ellipsis) => vec![ellipsis],
        None => renderer.glyphs("..."),
    };
    while !line.is_empty() && width(&line) + width(&end) > units {
        line.pop();
    }
    while line.pop_if(|last| last.is_space).is_some() {}
    line.extend(end);
    line
}
