//! Writes a document as block YAML 1.2. Every text value is double-quoted: JSON's escapes are YAML's too, and
//! no parser can take a word for a number, a date or a boolean. Serde's YAML quotes by the rules of 1.2 only;
//! parsers of YAML 1.1, such as PyYAML, would load `off`, `1,000` and times as something other than text.

use serde_json::{Map, Value};

/// The document as YAML text.
pub(super) fn write(document: &Value) -> String {
    let mut text = String::new();
    match document {
        Value::Object(entries) if !entries.is_empty() => {
            write_entries(entries, 0, false, &mut text);
        }
        Value::Array(items) if !items.is_empty() => write_items(items, 0, false, &mut text),
        scalar => {
            text.push_str(&write_scalar(scalar));
            text.push('\n');
        }
    }
    text
}

/// Writes entries at `depth`; the first one continues the line when `inline`.
fn write_entries(entries: &Map<String, Value>, depth: usize, inline: bool, text: &mut String) {
    for (at, (name, value)) in entries.iter().enumerate() {
        if at > 0 || !inline {
            indent(depth, text);
        }
        text.push_str(&write_key(name));
        text.push(':');
        match value {
            Value::Object(inner) if !inner.is_empty() => {
                text.push('\n');
                write_entries(inner, depth.saturating_add(1), false, text);
            }
            Value::Array(items) if !items.is_empty() => {
                text.push('\n');
                write_items(items, depth.saturating_add(1), false, text);
            }
            scalar => {
                text.push(' ');
                text.push_str(&write_scalar(scalar));
                text.push('\n');
            }
        }
    }
}

/// Writes list items at `depth`; the first one continues the line when `inline`.
fn write_items(items: &[Value], depth: usize, inline: bool, text: &mut String) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 || !inline {
            indent(depth, text);
        }
        text.push_str("- ");
        match item {
            Value::Object(entries) if !entries.is_empty() => {
                write_entries(entries, depth.saturating_add(1), true, text);
            }
            Value::Array(inner) if !inner.is_empty() => {
                write_items(inner, depth.saturating_add(1), true, text);
            }
            scalar => {
                text.push_str(&write_scalar(scalar));
                text.push('\n');
            }
        }
    }
}

fn write_key(name: &str) -> String {
    let plain = name
        .bytes()
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || matches!(first, b'/' | b'_'))
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'_' | b'-' | b'.'));
    // Words that some version of YAML reads as something other than text.
    let word = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
        .iter()
        .any(|word| name.eq_ignore_ascii_case(word));
    if plain && !word {
        name.to_owned()
    } else {
        escape(&Value::from(name).to_string())
    }
}

fn write_scalar(scalar: &Value) -> String {
    match scalar {
        Value::String(_) => escape(&scalar.to_string()),
        other => other.to_string(),
    }
}

/// Escapes what is literal in JSON but not allowed, or a line break, in YAML.
fn escape(quoted: &str) -> String {
    let mut text = String::with_capacity(quoted.len());
    for character in quoted.chars() {
        match character {
            '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
                text.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => text.push(character),
        }
    }
    text
}

fn indent(depth: usize, text: &mut String) {
    text.push_str(&"  ".repeat(depth));
}
