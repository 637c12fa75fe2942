//! Two pages that many screens need: a question to be confirmed, and a form of one text.

use askama::Template;

use super::form::Form;
use super::shell::Shell;

/// Asks before something is done that can't be undone.
#[derive(Template)]
#[template(path = "confirm.html")]
pub struct Confirm {
    /// The frame; its title is the question.
    pub shell: Shell,
    /// What will happen, a line each.
    pub lines: Vec<String>,
    /// Where the form goes.
    pub action: String,
    /// What the button says.
    pub button: &'static str,
    /// Where one goes who does not want to.
    pub back: String,
}

/// Asks for one text.
#[derive(Template)]
#[template(path = "text_form.html")]
pub struct TextForm {
    /// The frame.
    pub shell: Shell,
    /// What is above the field.
    pub lead: String,
    /// The field `message`.
    pub form: Form,
    /// What the field is called.
    pub label: &'static str,
    /// What the field takes.
    pub hint: &'static str,
    /// Where the form goes.
    pub action: String,
    /// What the button says.
    pub button: &'static str,
    /// Where one goes who does not want to.
    pub back: String,
}
