//! The two Markdown marks that our descriptions use: `code` between backticks and **strong** between double
//! asterisks. Everything else is shown verbatim.

/// A run of text in one style.
pub(super) struct Span {
    pub(super) text: String,
    pub(super) style: Style,
}

/// How a run is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    Code,
    Strong,
}

impl Span {
    pub(super) fn is_code(&self) -> bool {
        self.style == Style::Code
    }

    pub(super) fn is_strong(&self) -> bool {
        self.style == Style::Strong
    }
}

/// The paragraphs of a text, separated by empty lines.
pub(super) fn paragraphs(text: &str) -> Vec<Vec<Span>> {
    text.split("\n\n")
        .map(str::trim)
        .filter(|paragraph| !paragraph.is_empty())
        .map(spans)
        .collect()
}

/// One paragraph as runs of one style. An unclosed mark is text.
pub(super) fn spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut rest = text;
    while let Some((before, inside, after, style)) = next_mark(rest) {
        push(&mut spans, before, Style::Plain);
        push(&mut spans, inside, style);
        rest = after;
    }
    push(&mut spans, rest, Style::Plain);
    spans
}

/// The first marked run: the text before it, in it and after it.
fn next_mark(text: &str) -> Option<(&str, &str, &str, Style)> {
    let code = between(text, "`").map(|parts| (parts, Style::Code));
    let strong = between(text, "**").map(|parts| (parts, Style::Strong));
    let first = code
        .into_iter()
        .chain(strong)
        .min_by_key(|((before, _, _), _)| before.len());
    first.map(|((before, inside, after), style)| (before, inside, after, style))
}

fn between<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str, &'a str)> {
    let (before, rest) = text.split_once(mark)?;
    let (inside, after) = rest.split_once(mark)?;
    Some((before, inside, after))
}

fn push(spans: &mut Vec<Span>, text: &str, style: Style) {
    if !text.is_empty() {
        spans.push(Span {
            text: text.to_owned(),
            style,
        });
    }
}
