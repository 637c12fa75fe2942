//! Two generic pages: a confirmation, and a form with one text field.

use askama::Template;

use super::form::Form;
use super::shell::Shell;

/// Asks for confirmation before an action that can't be undone.
#[derive(Template)]
#[template(path = "confirm.html")]
pub struct Confirm {
    /// The frame; its title is the question.
    pub shell: Shell,
    /// The consequences, one per line.
    pub lines: Vec<String>,
    /// The form's target.
    pub action: String,
    /// The button's label.
    pub button: &'static str,
    /// Target of the cancel link.
    pub back: String,
}

/// Asks for one text.
#[derive(Template)]
#[template(path = "text_form.html")]
pub struct TextForm {
    /// The frame.
    pub shell: Shell,
    /// The text above the field.
    pub lead: String,
    /// The form with the field `message`.
    pub form: Form,
    /// The field's label.
    pub label: &'static str,
    /// What the field accepts.
    pub hint: &'static str,
    /// The form's target.
    pub action: String,
    /// The button's label.
    pub button: &'static str,
    /// Target of the cancel link.
    pub back: String,
}
