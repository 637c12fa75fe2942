//! `application/x-www-form-urlencoded`, decoded strictly: invalid UTF-8 is refused, not replaced.

use std::borrow::Cow;

use percent_encoding::percent_decode;

use super::InputLimits;
use super::collector::Collector;
use super::fields::{Fields, Value, invalid};
use crate::error::AppError;

/// Parses a form.
///
/// # Errors
/// 400 for names or values that are not UTF-8, and as [`Collector::add`].
pub(super) fn parse(body: &[u8], limits: &InputLimits) -> Result<Fields, AppError> {
    let mut collector = Collector::new(limits);
    let pairs = body
        .split(|byte| *byte == b'&')
        .filter(|pair| !pair.is_empty());
    for pair in pairs {
        let (name, value) = split_pair(pair);
        let name = decode(name).ok_or_else(|| {
            AppError::bad_request("invalid_field_name", "a field name is not valid UTF-8")
        })?;
        let value = decode(value).ok_or_else(|| invalid(&name, "is not valid UTF-8"))?;
        collector.add(name, Value::Text(value))?;
    }
    Ok(collector.finish())
}

fn split_pair(pair: &[u8]) -> (&[u8], &[u8]) {
    match pair.iter().position(|byte| *byte == b'=') {
        Some(at) => (&pair[..at], &pair[at.saturating_add(1)..]),
        None => (pair, &[]),
    }
}

fn decode(encoded: &[u8]) -> Option<String> {
    let spaced: Cow<'_, [u8]> = if encoded.contains(&b'+') {
        Cow::Owned(
            encoded
                .iter()
                .map(|byte| if *byte == b'+' { b' ' } else { *byte })
                .collect(),
        )
    } else {
        Cow::Borrowed(encoded)
    };
    let text = percent_decode(&spaced).decode_utf8().ok()?;
    Some(text.into_owned())
}
