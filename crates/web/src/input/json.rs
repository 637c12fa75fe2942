//! A JSON object as fields. Parsed with visitors instead of into a tree: a tree would silently keep the last of
//! two equal names, and allocate values that no handler reads.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::InputLimits;
use super::collector::Collector;
use super::fields::{Fault, Fields, Value};
use crate::error::AppError;

/// Parses a JSON object.
///
/// # Errors
/// 400 for invalid JSON or a value that is not an object, and as [`Collector::add`].
pub(super) fn parse(body: &[u8], limits: &InputLimits) -> Result<Fields, AppError> {
    let text = std::str::from_utf8(body)
        .map_err(|_| AppError::bad_request("invalid_json", "the body is not valid UTF-8"))?;
    if !text.trim_start().starts_with('{') {
        return Err(AppError::bad_request(
            "invalid_json",
            "the body takes a JSON object, such as {\"id\": 1}",
        ));
    }
    let mut collector = Collector::new(limits);
    let mut refusal = None;
    let mut reader = serde_json::Deserializer::from_str(text);
    let outcome = reader
        .deserialize_map(ObjectVisitor {
            collector: &mut collector,
            refusal: &mut refusal,
        })
        .and_then(|()| reader.end());
    match (refusal, outcome) {
        (Some(refusal), _) => Err(refusal),
        (None, Ok(())) => Ok(collector.finish()),
        (None, Err(error)) => Err(AppError::bad_request(
            "invalid_json",
            format!(
                "the body is not valid JSON at line {} column {}",
                error.line(),
                error.column()
            ),
        )),
    }
}

struct ObjectVisitor<'a, 'limits> {
    collector: &'a mut Collector<'limits>,
    /// Why parsing stopped; kept here because Serde's errors can't carry it.
    refusal: &'a mut Option<AppError>,
}

impl<'de> Visitor<'de> for ObjectVisitor<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((name, value)) = map.next_entry::<String, Value>()? {
            if let Err(refusal) = self.collector.add(name, value) {
                *self.refusal = Some(refusal);
                return Err(serde::de::Error::custom("refused"));
            }
        }
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Integer(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or(Value::Unusable(Fault::Number), Value::Integer))
    }

    /// Fractions, exponents and numbers beyond 64 bits arrive here: none of them counts as an integer.
    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Unusable(Fault::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Unusable(Fault::Nested))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Value::Unusable(Fault::Nested))
    }
}
