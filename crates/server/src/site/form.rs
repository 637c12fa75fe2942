//! A form between the browser and us: what was typed, and what is wrong with it, so that it can be shown
//! again without losing anything.

use std::convert::Infallible;
use std::fmt::Display;

use super::texts::Texts;
use web::Input;

/// Values and messages by field name.
#[derive(Clone, Debug, Default)]
pub struct Form {
    values: Vec<(&'static str, String)>,
    errors: Vec<(&'static str, String)>,
}

impl Form {
    /// Fills in a field before it is shown for the first time.
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

    /// Reads a field and keeps what was typed. What `parse` refuses, or does not get, is noted with the text
    /// of `message`, which says what the field takes.
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
            // Browsers send line breaks as CR LF (HTML, 4.10.22.4).
            .map(|text| text.replace("\r\n", "\n"))
            .unwrap_or_default();
        let parsed = parse(typed.trim()).ok();
        self.set(name, typed);
        if parsed.is_none() {
            self.refuse(name, message);
        }
        parsed
    }

    /// Reads a field that takes any text, without the space around it; keeps what was typed.
    pub fn text(&mut self, input: &Input, name: &'static str) -> String {
        let any = |text: &str| Ok::<_, Infallible>(text.to_owned());
        self.read(input, name, any, "").unwrap_or_default()
    }

    /// Notes what is wrong with a field.
    pub fn refuse(&mut self, name: &'static str, message: impl Into<String>) {
        self.errors.push((name, message.into()));
    }

    /// What was typed into a field.
    pub fn value(&self, name: &str) -> &str {
        self.values
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value)
    }

    /// Everything that was typed.
    pub fn values(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
    }

    /// Whether a choice field holds this value.
    pub fn is(&self, name: &str, value: &str) -> bool {
        self.value(name) == value
    }

    /// What is wrong with a field.
    pub fn error(&self, name: &str) -> Option<&str> {
        self.errors
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, message)| message.as_str())
    }

    /// Whether nothing is wrong.
    pub fn is_good(&self) -> bool {
        self.errors.is_empty()
    }

    /// The title of a page that shows the form again says so first.
    pub fn title(&self, t: Texts, title: &str) -> String {
        if self.is_good() {
            title.to_owned()
        } else {
            t.fill("form.title_with_errors", [("title", &title)])
        }
    }
}
