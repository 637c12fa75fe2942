//! Breaks a text into lines at the ends of words, as Korean wants it, and ends one that is too long with an
//! ellipsis.

use crate::text::{Letter, Pen};

/// Steps in which lines are made narrower until they are about as long as each other.
const STEPS: i32 = 24;

/// `text` in at most `lines` lines of this width, about as long as each other.
pub fn wrap(pen: &Pen<'_>, text: &[Letter], units: i32, lines: usize) -> Vec<Vec<Letter>> {
    let mut broken = break_up(text, units);
    if broken.len() <= lines {
        let narrower = (1..STEPS).map(|step| units * (STEPS - step) / STEPS);
        let narrower = narrower.take_while(|units| widest_word(text) <= *units);
        let balanced = narrower.map(|units| break_up(text, units));
        let as_few = balanced.take_while(|other| other.len() == broken.len());
        broken = as_few.last().unwrap_or(broken);
    }
    if broken.len() > lines {
        broken.truncate(lines);
        let last = broken.pop().unwrap_or_default();
        broken.push(shorten(pen, last, units));
    }
    broken
}

/// Whether `text` needs no more than this many lines, and no word is broken.
pub fn fits(text: &[Letter], units: i32, lines: usize) -> bool {
    widest_word(text) <= units && break_up(text, units).len() <= lines
}

fn widest_word(text: &[Letter]) -> i32 {
    let words = text.split(|letter| letter.is_space).map(width);
    words.max().unwrap_or_default()
}

/// One line of this width; a longer text ends with an ellipsis.
pub fn one_line(pen: &Pen<'_>, text: Vec<Letter>, units: i32) -> Vec<Letter> {
    if width(&text) <= units {
        text
    } else {
        shorten(pen, text, units)
    }
}

fn width(letters: &[Letter]) -> i32 {
    letters.iter().map(|letter| letter.width).sum()
}

fn break_up(text: &[Letter], units: i32) -> Vec<Vec<Letter>> {
    let mut lines: Vec<Vec<Letter>> = Vec::new();
    let mut line: Vec<Letter> = Vec::new();
    for word in text.split(|letter| letter.is_space) {
        if !line.is_empty() && width(&line) + width(word) > units {
            end_line(&mut lines, &mut line);
        }
        for letter in word {
            // A word that is wider than a line is broken where it must.
            if !line.is_empty() && width(&line) + letter.width > units {
                end_line(&mut lines, &mut line);
            }
            line.push(*letter);
        }
        let space = text.iter().find(|letter| letter.is_space);
        line.extend(space);
    }
    end_line(&mut lines, &mut line);
    lines
}

/// Without the space that led to the next word.
fn end_line(lines: &mut Vec<Vec<Letter>>, line: &mut Vec<Letter>) {
    while line.pop_if(|last| last.is_space).is_some() {}
    if !line.is_empty() {
        lines.push(std::mem::take(line));
    }
}

fn shorten(pen: &Pen<'_>, mut line: Vec<Letter>, units: i32) -> Vec<Letter> {
    let end: Vec<Letter> = match pen.letter('…') {
        Some(ellipsis) => vec![ellipsis],
        None => pen.letters("..."),
    };
    while !line.is_empty() && width(&line) + width(&end) > units {
        line.pop();
    }
    while line.pop_if(|last| last.is_space).is_some() {}
    line.extend(end);
    line
}
