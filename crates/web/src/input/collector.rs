//! Collects the fields of a body and applies the rules common to every encoding.

use super::InputLimits;
use super::fields::{Fields, NAME_BYTES_MAX, Value, invalid};
use crate::error::AppError;

/// Collects [`Fields`] within the limits.
pub(super) struct Collector<'a> {
    fields: Fields,
    seen: usize,
    limits: &'a InputLimits,
}

impl<'a> Collector<'a> {
    pub(super) fn new(limits: &'a InputLimits) -> Self {
        Self {
            fields: Fields::default(),
            seen: 0,
            limits,
        }
    }

    /// Adds one field.
    ///
    /// # Errors
    /// 400 for too many fields, an overlong name, or NUL in a text; 413 for an overlong text.
    pub(super) fn add(&mut self, name: String, value: Value) -> Result<(), AppError> {
        self.seen = self.seen.saturating_add(1);
        if self.seen > self.limits.fields_max {
            return Err(AppError::bad_request(
                "too_many_fields",
                format!("a request takes at most {} fields", self.limits.fields_max),
            ));
        }
        if name.len() > NAME_BYTES_MAX || name.contains('\0') {
            return Err(AppError::bad_request(
                "invalid_field_name",
                format!("a field name takes at most {NAME_BYTES_MAX} bytes and no NUL"),
            ));
        }
        if let Value::Text(text) = &value {
            self.check_text(&name, text)?;
        }
        self.fields.push(name, value);
        Ok(())
    }

    pub(super) fn finish(self) -> Fields {
        self.fields
    }

    fn check_text(&self, name: &str, text: &str) -> Result<(), AppError> {
        let bytes_max = self.limits.text_bytes_max;
        if text.len() > bytes_max {
            return Err(AppError::payload_too_large(
                "field_too_large",
                format!("{name}: takes at most {bytes_max} bytes"),
            ));
        }
        if text.contains('\0') {
            return Err(invalid(name, "takes text without NUL characters"));
        }
        Ok(())
    }
}
