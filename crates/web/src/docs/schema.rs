//! Schemas for the reading view: the type in a few words, with links to named schemas, and a table of fields.

use serde_json::Value;

use super::prose::{Span, spans};
use super::tree::Tree;

/// A piece of a type: words, or a link to a named schema.
pub(super) struct Piece {
    pub(super) text: String,
    /// The fragment to link to; empty for plain words.
    pub(super) link: String,
}

/// A schema as displayed.
pub(super) struct Shape {
    pub(super) kind: Vec<Piece>,
    pub(super) fields: Vec<FieldView>,
    pub(super) notes: Vec<String>,
}

/// One property of an object.
pub(super) struct FieldView {
    pub(super) name: String,
    pub(super) required: bool,
    pub(super) kind: Vec<Piece>,
    pub(super) description: Vec<Span>,
    pub(super) notes: Vec<String>,
}

impl Shape {
    pub(super) fn of(schema: &Value) -> Self {
        Self {
            kind: kind(schema),
            fields: fields(schema),
            notes: notes(schema),
        }
    }
}

/// The fragment of a named schema's entry.
pub(super) fn anchor(name: &str) -> String {
    format!("schema-{name}")
}

/// The type in words.
pub(super) fn kind(schema: &Value) -> Vec<Piece> {
    if let Some(name) = schema
        .text("$ref")
        .rsplit('/')
        .next()
        .filter(|name| !name.is_empty())
    {
        return vec![Piece {
            text: name.to_owned(),
            link: anchor(name),
        }];
    }
    if !schema.text("contentMediaType").is_empty() {
        return words("file");
    }
    for (key, separator) in [("oneOf", " or "), ("anyOf", " or "), ("allOf", " and ")] {
        let choices = schema.list(key);
        if !choices.is_empty() {
            return join(choices.iter().map(kind), separator);
        }
    }
    let mut pieces = match schema.get("type") {
        Some(Value::String(name)) => named(name, schema),
        Some(Value::Array(names)) => join(
            names.iter().map(|name| match name {
                Value::String(name) => named(name, schema),
                other => words(&other.to_string()),
            }),
            " or ",
        ),
        _ => words("any value"),
    };
    let format = schema.text("format");
    if !format.is_empty() {
        pieces.extend(words(&format!(" ({format})")));
    }
    pieces
}

/// The fields of an object, those of its `allOf` parts included.
fn fields(schema: &Value) -> Vec<FieldView> {
    let required = schema.list("required");
    let is_required = |wanted: &str| required.iter().any(|name| name == wanted);
    let own = schema.map("properties").map(|(name, field)| FieldView {
        name: name.clone(),
        required: is_required(name),
        kind: kind(field),
        description: spans(field.text("description")),
        notes: notes(field),
    });
    let inherited = schema.list("allOf").iter().flat_map(fields);
    own.chain(inherited).collect()
}

/// Limits, defaults and examples, one short note each.
pub(super) fn notes(schema: &Value) -> Vec<String> {
    let labels = [
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("minLength", "shortest"),
        ("maxLength", "longest"),
        ("minItems", "fewest"),
        ("maxItems", "most"),
        ("pattern", "pattern"),
        ("enum", "one of"),
        ("const", "always"),
        ("default", "default"),
        ("example", "example"),
    ];
    labels
        .iter()
        .filter_map(|(key, label)| {
            let value = schema.get(key)?;
            Some(format!("{label} {}", value_in_line(value)))
        })
        .collect()
}

fn value_in_line(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items
            .iter()
            .map(value_in_line)
            .collect::<Vec<_>>()
            .join(", "),
        other => other.pretty(),
    }
}

fn named(name: &str, schema: &Value) -> Vec<Piece> {
    match (name, schema.get("items")) {
        ("array", Some(items)) => {
            let mut pieces = words("list of ");
            pieces.extend(kind(items));
            pieces
        }
        _ => words(name),
    }
}

fn join(parts: impl Iterator<Item = Vec<Piece>>, separator: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for part in parts {
        if !pieces.is_empty() {
            pieces.extend(words(separator));
        }
        pieces.extend(part);
    }
    pieces
}

fn words(text: &str) -> Vec<Piece> {
    vec![Piece {
        text: text.to_owned(),
        link: String::new(),
    }]
}
