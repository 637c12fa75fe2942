//! Filling in the form from a shop's page. The author's own input stays; values from an earlier link are replaced.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::text::Title;
use item_link::Item;

use super::{OpenPage, submission, view};
use crate::fundings::item_links::LinkRefusal;
use crate::identity::{Member, SignedForm};
use crate::media;
use crate::media::IMAGE;
use crate::site::{Form, Texts, page, refused_form, see_other};
use crate::state::AppState;
use http::Method;
use web::rate_limit::Class;
use web::{AppError, Routes, Upload};

pub(super) fn router() -> Routes<AppState> {
    let to_form = || async { see_other("/fundings/new") };
    Routes::new()
        .route("/fundings/new/link", get(to_form).post(fill))
        .method_limited(&Method::POST, Class::Upload)
}

async fn fill(
    State(state): State<AppState>,
    SignedForm {
        member,
        visitor,
        input,
    }: SignedForm,
) -> Result<Response, AppError> {
    let t = visitor.t;
    let mut form = submission::keep(&state, member, &input, t).await;
    // Others may upload pictures while the shop is slow to respond.
    drop(input);
    let link = link_in(form.value("link"));
    match state.item_links.fetch(member.key, &link).await {
        Ok(item) => {
            let found = fill_in(&state, member, &mut form, item, t).await;
            let good = form.is_good();
            let view = view(&state, member, &visitor, form).await?;
            let view = OpenPage {
                found: Some(found),
                ..view
            };
            if good {
                page(&view)
            } else {
                refused_form(&view)
            }
        }
        Err(refusal) => {
            form.refuse("link", t.say(message(refusal)));
            refused_form(&view(&state, member, &visitor, form).await?)
        }
    }
}

/// The URL in a pasted text: apps share it after the item's name, and the scheme may be missing.
fn link_in(text: &str) -> String {
    let is_link = |word: &&str| word.starts_with("https://") || word.starts_with("http://");
    match text.split_whitespace().find(is_link) {
        Some(link) => link.to_owned(),
        None if text.contains('.') && !text.contains("://") => format!("https://{text}"),
        None => text.to_owned(),
    }
}

const fn message(refusal: LinkRefusal) -> &'static str {
    use item_link::Failure::{
        HttpStatus, InvalidLink, NothingFound, TimedOut, TooManyRedirects, Unreachable,
        UnsupportedContent,
    };
    match refusal {
        LinkRefusal::Busy => "link.busy",
        LinkRefusal::Failure(InvalidLink) => "link.error",
        LinkRefusal::Failure(UnsupportedContent | NothingFound) => "link.nothing",
        LinkRefusal::Failure(Unreachable | TimedOut | HttpStatus(_) | TooManyRedirects) => {
            "link.unreachable"
        }
    }
}

/// Fills in title and picture of the item; returns a text that reports which.
async fn fill_in(
    state: &AppState,
    member: Member,
    form: &mut Form,
    item: Item,
    t: Texts,
) -> String {
    let title = fill_title(form, item.title);
    let picture = fill_picture(state, member, form, item.picture).await;
    [title, picture].map(|key| t.say(key)).join(" ")
}

fn fill_title(form: &mut Form, title: Option<String>) -> &'static str {
    let Some(title) = title else {
        return "link.title_missing";
    };
    let typed = form.value("title").trim();
    if !typed.is_empty() && typed != form.value("filled_title") {
        return "link.title_kept";
    }
    let title = shortened(&title);
    form.set("filled_title", title.clone());
    form.set("title", title);
    "link.title_filled"
}

/// Truncates a title to a funding's limit, at a word boundary if possible.
fn shortened(title: &str) -> String {
    let (_, most) = Title::BOUNDS;
    let Some((end, next)) = title.char_indices().nth(most) else {
        return title.to_owned();
    };
    let cut = &title[..end];
    let at_word = cut.rsplit_once(char::is_whitespace).map(|(words, _)| words);
    match at_word {
        Some(words) if !next.is_whitespace() && words.chars().count() > most / 2 => words,
        _ => cut,
    }
    .trim_end()
    .to_owned()
}

async fn fill_picture(
    state: &AppState,
    member: Member,
    form: &mut Form,
    picture: Option<Vec<u8>>,
) -> &'static str {
    let kept = form.value(IMAGE.kept);
    if !kept.is_empty() && kept != form.value("filled_image") {
        return "link.picture_kept";
    }
    let Some(bytes) = picture else {
        return "link.picture_missing";
    };
    let upload = Upload {
        bytes: bytes.into(),
    };
    match accept(state, member, upload).await {
        Ok(token) => {
            form.set("filled_image", token.clone());
            form.set(IMAGE.kept, token);
            "link.picture_filled"
        }
        Err(refusal) => {
            tracing::debug!(
                code = refusal.code(),
                "the picture of an item was not accepted"
            );
            "link.picture_missing"
        }
    }
}

/// Stores the picture for the form; returns its token.
async fn accept(state: &AppState, member: Member, upload: Upload) -> Result<String, AppError> {
    let picture = media::accept(state, member.key, "link", upload).await?;
    Ok(media::keep_for_form(state, member.key, &picture).await?)
}
