//! The pages about FunSun: FAQ, terms, privacy.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use crate::identity::Visitor;
use crate::site::{Shell, Tab, page};
use crate::state::AppState;
use web::{AppError, Routes};

/// `/faq`, `/terms`, `/privacy`.
pub fn router() -> Routes<AppState> {
    Routes::new()
        .route("/faq", get(faq))
        .route("/terms", get(terms))
        .route("/privacy", get(privacy))
}

#[derive(Template)]
#[template(path = "home/text.html")]
struct TextPage {
    shell: Shell,
    /// Headings and texts, in order.
    parts: Vec<(&'static str, &'static str)>,
    folded: bool,
}

/// The texts of a page.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Subject {
    /// Key of the title.
    title: &'static str,
    /// Prefix of the keys of its sections.
    prefix: &'static str,
    folded: bool,
}

const FAQ: Subject = Subject {
    title: "nav.faq",
    prefix: "faq.",
    folded: true,
};

const TERMS: Subject = Subject {
    title: "nav.terms",
    prefix: "terms.",
    folded: false,
};

const PRIVACY: Subject = Subject {
    title: "nav.privacy",
    prefix: "privacy.",
    folded: false,
};

async fn faq(state: State<AppState>, visitor: Visitor) -> Result<Response, AppError> {
    let keys = ["money", "missed", "refund", "who", "pay", "fee", "settle"];
    text(&state, &visitor, FAQ, &keys).await
}

async fn terms(state: State<AppState>, visitor: Visitor) -> Result<Response, AppError> {
    let keys = [
        "service",
        "account",
        "author",
        "supporter",
        "forbidden",
        "change",
    ];
    text(&state, &visitor, TERMS, &keys).await
}

async fn privacy(state: State<AppState>, visitor: Visitor) -> Result<Response, AppError> {
    let keys = ["kept", "shown", "given", "long", "cookies", "rights"];
    text(&state, &visitor, PRIVACY, &keys).await
}

async fn text(
    state: &AppState,
    visitor: &Visitor,
    subject: Subject,
    keys: &[&str],
) -> Result<Response, AppError> {
    let t = visitor.t;
    let say = |key: &str, part: &str| t.say(&[subject.prefix, key, part].concat());
    page(&TextPage {
        shell: visitor
            .shell(state, Tab::None, t.say(subject.title))
            .await?,
        parts: keys
            .iter()
            .map(|key| (say(key, ".title"), say(key, ".text")))
            .collect(),
        folded: subject.folded,
    })
}
