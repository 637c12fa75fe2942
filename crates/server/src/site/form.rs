//! Submitted forms: the values as typed and the errors, so that the form can be shown again without losing input.

use std::convert::Infallible;
use std::fmt::Display;

use super::texts::Texts;
use web::Input;

/// Values and error messages by field name.
#[derive(Clone, Debug, Default)]
pub struct Form {
    values: Vec<(&'static str, String)>,
    errors: Vec<(&'static str, String)>,
}

impl Form {
    /// Sets the initial value of a field.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.set(name, value);
        self
    }

    /// Replaces the value of a field.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.values.retain(|(known, _)| *known != name);
        self.values.push((name, value.into()));
    }

    /// Parses a field and keeps its value as typed. When it is missing or `parse` fails, `message` becomes the
    /// field's error; it says what the field accepts.
    pub fn read<T, E: Display>(
        &mut self,
        input: &Input,
        name: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
        message: &str,
    ) -> Option<T> {
        let typed = input
            .optional_text(name)
            .ok()
            .flatten()
            // Browsers submit line breaks as CR LF (HTML Standard, 4.10.22.4).
            .map(|text| text.replace("\r\n", "\n"))
            .unwrap_or_default();
        let parsed = parse(typed.trim()).ok();
        self.set(name, typed);
        if parsed.is_none() {
            self.refuse(name, message);
        }
        parsed
    }

    /// Reads a field that accepts any text, trimmed; keeps its value as typed.
    pub fn text(&mut self, input: &Input, name: &'static str) -> String {
        let any = |text: &str| Ok::<_, Infallible>(text.to_owned());
        self.read(input, name, any, "").unwrap_or_default()
    }

    /// Adds an error to a field.
    pub fn refuse(&mut self, name: &'static str, message: impl Into<String>) {
        self.errors.push((name, message.into()));
    }

    /// Returns the value of a field as typed; empty when there is none.
    pub fn value(&self, name: &str) -> &str {
        self.values
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value)
    }

    /// Iterates over all fields and their values.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
    }

    /// Whether a field has this value, for choices.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.value(name) == value
    }

    /// Returns the first error of a field.
    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, message)| message.as_str())
    }

    /// Whether there are no errors.
    pub fn is_good(&self) -> bool {
        self.errors.is_empty()
    }

    /// Returns the page's title, marked when the form has errors.
    pub fn title(&self, t: Texts, title: &str) -> String {
        if self.is_good() {
            title.to_owned()
        } else {
            t.fill("form.title_with_errors", [("title", &title)])
        }
    }
}
