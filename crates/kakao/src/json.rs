//! Lenient parsing of Kakao's responses: a field may be missing, null, or a number written as a string, but a
//! malformed value is an error and never treated as missing.

use serde_json::Value;

/// One JSON object. Fields are addressed by JSON pointer, such as `/amount/total`.
pub(crate) struct Object(Value);

/// The field is present but not an integer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct NotAnInteger;

impl Object {
    /// Parses `body`; `None` when it is not a JSON object.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        serde_json::from_slice::<Value>(body)
            .ok()
            .filter(Value::is_object)
            .map(Self)
    }

    /// A string field, trimmed; `None` when it is missing or blank.
    pub(crate) fn text(&self, pointer: &str) -> Option<&str> {
        self.0
            .pointer(pointer)?
            .as_str()
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }

    /// [`Object::text`], owned.
    pub(crate) fn owned_text(&self, pointer: &str) -> Option<String> {
        self.text(pointer).map(str::to_owned)
    }

    /// An integer field, written as a number or as a string; `None` when it is missing or null.
    pub(crate) fn integer(&self, pointer: &str) -> Result<Option<i64>, NotAnInteger> {
        match self.0.pointer(pointer) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Number(number)) => number.as_i64().map(Some).ok_or(NotAnInteger),
            Some(Value::String(text)) => text.trim().parse().map(Some).map_err(|_| NotAnInteger),
            Some(_) => Err(NotAnInteger),
        }
    }

    /// Whether the field is present and `true`.
    pub(crate) fn is_true(&self, pointer: &str) -> bool {
        self.0.pointer(pointer).and_then(Value::as_bool) == Some(true)
    }

    /// The objects of an array field; other elements are skipped.
    pub(crate) fn objects(&self, pointer: &str) -> Vec<Self> {
        let items = self.0.pointer(pointer).and_then(Value::as_array);
        items
            .into_iter()
            .flatten()
            .filter(|item| item.is_object())
            .cloned()
            .map(Self)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{NotAnInteger, Object};

    fn object(text: &str) -> Object {
        Object::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn integers_are_parsed_from_numbers_and_strings() {
        let body = object(r#"{"a":{"total":11000},"b":"-780","c":null}"#);
        assert_eq!(body.integer("/a/total"), Ok(Some(11_000)));
        assert_eq!(body.integer("/b"), Ok(Some(-780)));
        assert_eq!(body.integer("/c"), Ok(None));
        assert_eq!(body.integer("/d/total"), Ok(None));
    }

    #[test]
    fn a_fraction_or_a_word_is_not_treated_as_missing() {
        let body = object(r#"{"a":1.5,"b":"1,000","c":[],"d":99999999999999999999}"#);
        for field in ["/a", "/b", "/c", "/d"] {
            assert_eq!(body.integer(field), Err(NotAnInteger), "{field}");
        }
    }

    #[test]
    fn only_a_json_object_is_accepted() {
        for body in ["", "[]", "\"ok\"", "{\"a\":", "<html>"] {
            assert!(Object::parse(body.as_bytes()).is_none(), "{body}");
        }
    }
}
