//! What FunSun says about itself: questions, terms, privacy.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use crate::identity::Visitor;
use crate::site::{Shell, Tab, page};
use crate::state::AppState;
use web::AppError;

/// `/faq`, `/terms`, `/privacy`.
pub fn router() -> Router<AppState> {
    Router::new()
        .route("/faq", get(faq))
        .route("/terms", get(terms))
        .route("/privacy", get(privacy))
}

#[derive(Template)]
#[template(path = "home/text.html")]
struct TextPage {
    shell: Shell,
    /// Heading and text, in order.
    parts: Vec<(&'static str, &'static str)>,
    folded: bool,
}

async fn faq(state: State<AppState>, visitor: Visitor) -> Result<Response, AppError> {
    let keys = ["money", "missed", "refund", "who", "pay", "fee", "settle"];
    text(&state, &visitor, ("nav.faq", "faq."), &keys).await
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
    text(&state, &visitor, ("nav.terms", "terms."), &keys).await
}

async fn privacy(state: State<AppState>, visitor: Visitor) -> Result<Response, AppError> {
    let keys = ["kept", "shown", "given", "long", "cookies", "rights"];
    text(&state, &visitor, ("nav.privacy", "privacy."), &keys).await
}

async fn text(
    state: &AppState,
    visitor: &Visitor,
    (title, beginning): (&str, &str),
    keys: &[&str],
) -> Result<Response, AppError> {
    let t = visitor.t;
    let say = |key: &str, part: &str| t.say(&[beginning, key, part].concat());
    page(&TextPage {
        shell: visitor.shell(state, Tab::None, t.say(title)).await?,
        parts: keys
            .iter()
            .map(|key| (say(key, ".title"), say(key, ".text")))
            .collect(),
        folded: beginning == "faq.",
    })
}
