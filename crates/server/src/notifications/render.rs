//! Rendering a notification as text: the same in the list and in a push message.

use super::kind::Kind;
use super::list::Item;
use crate::site::Texts;

/// The prefix of every text key; kind and part follow.
const KEYS: &str = "notifications.";

/// A notification as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedText {
    /// The event, in one line.
    pub title: String,
    /// The details.
    pub body: String,
    /// The path on our site to which it links.
    pub path: String,
}

/// Renders a notification in the language of `t`.
pub fn render(t: Texts, item: &Item) -> RenderedText {
    let kind = item.kind.as_str();
    let amount = t.won(item.amount.unwrap_or_default());
    let funding = item.funding.as_ref().map_or("", |(_, title)| title);
    let actor = item.actor.as_ref().map_or("", |actor| &actor.username);
    let values = [("actor", actor), ("funding", funding), ("amount", &amount)];
    let body = match item.kind {
        Kind::Refunded => format!("{KEYS}{kind}.{}", item.reason.as_deref().unwrap_or("body")),
        _ => format!("{KEYS}{kind}.body"),
    };
    RenderedText {
        title: t.fill(&format!("{KEYS}{kind}.title"), values),
        body: t.fill(&body, values),
        path: path(item),
    }
}

fn path(item: &Item) -> String {
    let member = item.actor.as_ref().filter(|actor| !actor.id.is_empty());
    match (item.kind, &item.funding, member) {
        (Kind::Refunded, ..) => "/me/payments".to_owned(),
        (Kind::Followed | Kind::FriendBirthday, _, Some(actor)) => format!("/members/{}", actor.id),
        (_, Some((funding, _)), _) => format!("/fundings/{funding}"),
        _ => "/notifications".to_owned(),
    }
}
