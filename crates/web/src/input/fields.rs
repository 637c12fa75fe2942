//! The named values of a request, from any source, and typed access to them. An unusable value is kept with its
//! fault and refused only when a handler reads it, so that unknown fields are ignored.

use std::fmt::Display;

use bytes::Bytes;

use crate::error::AppError;

/// Maximum length of a field's name, in bytes; no known field has a longer one.
pub(super) const NAME_BYTES_MAX: usize = 64;

/// What a field holds.
#[derive(Clone, Debug)]
pub(super) enum Value {
    Null,
    Boolean(bool),
    Integer(i64),
    Text(String),
    File(Bytes),
    Unusable(Fault),
}

/// Why a field's value cannot be used.
#[derive(Clone, Copy, Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("was given more than once")]
    Repeated,
    #[error("takes a single value, not a list or an object")]
    Nested,
    #[error("takes a whole number, in plain digits, within 64 bits")]
    Number,
}

#[derive(Clone, Debug)]
struct Field {
    name: String,
    value: Value,
}

/// The named values of one request. For so few fields, a list is faster to search than a map.
#[derive(Clone, Debug, Default)]
pub struct Fields {
    list: Vec<Field>,
}

impl Fields {
    /// The parsed value of a required field.
    ///
    /// # Errors
    /// 400 `"{name}: is required"` when absent or null; 400 `"{name}: {error}"` when `parse` fails.
    pub fn required<T, E: Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, AppError> {
        self.optional(name, parse)?.ok_or_else(|| missing(name))
    }

    /// The parsed value of a field that may be absent or null.
    ///
    /// # Errors
    /// 400 `"{name}: {error}"` when `parse` fails, or when the value is not text.
    pub fn optional<T, E: Display>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, AppError> {
        let digits;
        let text = match self.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Text(text)) => text.as_str(),
            // The app sends ids as numbers in some calls and as text in others.
            Some(Value::Integer(number)) => {
                digits = number.to_string();
                digits.as_str()
            }
            Some(Value::Boolean(_)) => return Err(invalid(name, "takes text, not true or false")),
            Some(Value::File(_)) => return Err(invalid(name, "takes text, not a file")),
            Some(Value::Unusable(fault)) => return Err(invalid(name, fault)),
        };
        parse(text).map(Some).map_err(|error| invalid(name, error))
    }

    /// The text of a required field, unchanged.
    ///
    /// # Errors
    /// As [`Fields::required`].
    pub fn text(&self, name: &str) -> Result<String, AppError> {
        self.required(name, |text| Ok::<_, Fault>(text.to_owned()))
    }

    /// The text of a field that may be absent or null, unchanged.
    ///
    /// # Errors
    /// As [`Fields::optional`].
    pub fn optional_text(&self, name: &str) -> Result<Option<String>, AppError> {
        self.optional(name, |text| Ok::<_, Fault>(text.to_owned()))
    }

    /// A required integer: a JSON integer, or ASCII digits after an optional `-`.
    ///
    /// # Errors
    /// 400 when absent, and for anything else: `1e9`, `1.0`, `1,000`, other scripts' digits, beyond 64 bits.
    pub fn integer(&self, name: &str) -> Result<i64, AppError> {
        self.optional_integer(name)?.ok_or_else(|| missing(name))
    }

    /// As [`Fields::integer`], for a field that may be absent or null.
    ///
    /// # Errors
    /// As [`Fields::integer`], except that it may be absent.
    pub fn optional_integer(&self, name: &str) -> Result<Option<i64>, AppError> {
        self.optional(name, parse_integer)
    }

    /// A required boolean: a JSON boolean, or `true`, `false`, `1`, `0` in any case.
    ///
    /// # Errors
    /// 400 when absent or anything else.
    pub fn boolean(&self, name: &str) -> Result<bool, AppError> {
        self.optional_boolean(name)?.ok_or_else(|| missing(name))
    }

    /// As [`Fields::boolean`], for a field that may be absent or null.
    ///
    /// # Errors
    /// As [`Fields::boolean`], except that it may be absent.
    pub fn optional_boolean(&self, name: &str) -> Result<Option<bool>, AppError> {
        if let Some(Value::Boolean(value)) = self.get(name) {
            return Ok(Some(*value));
        }
        self.optional(name, parse_boolean)
    }

    /// Whether the field is present, null included.
    pub fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The fields that hold text, in the order of the request.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.list.iter().filter_map(|field| match &field.value {
            Value::Text(text) => Some((field.name.as_str(), text.as_str())),
            _ => None,
        })
    }

    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.list
            .iter()
            .find(|field| field.name == name)
            .map(|field| &field.value)
    }

    /// Records a field; a second one of the same name makes both unusable.
    pub(super) fn push(&mut self, name: String, value: Value) {
        match self.list.iter_mut().find(|field| field.name == name) {
            Some(field) => field.value = Value::Unusable(Fault::Repeated),
            None => self.list.push(Field { name, value }),
        }
    }
}

fn parse_integer(text: &str) -> Result<i64, Fault> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::Number);
    }
    text.parse().map_err(|_| Fault::Number)
}

fn parse_boolean(text: &str) -> Result<bool, &'static str> {
    if text == "1" || text.eq_ignore_ascii_case("true") {
        Ok(true)
    } else if text == "0" || text.eq_ignore_ascii_case("false") {
        Ok(false)
    } else {
        Err("takes true or false")
    }
}

pub(super) fn missing(name: &str) -> AppError {
    AppError::bad_request("missing_field", format!("{name}: is required"))
}

pub(super) fn invalid(name: &str, error: impl Display) -> AppError {
    AppError::bad_request("invalid_field", format!("{name}: {error}"))
}
