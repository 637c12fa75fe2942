//! Filling in the form from a shop's page. What somebody has written or chosen themselves stays; what an earlier
//! link has filled in is replaced.

use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use funsun_domain::text::Title;
use item_link::Item;

use super::{OpenForm, view, wish};
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
    let mut form = wish::keep(&state, member, &input, t).await;
    // Others may send their pictures while the shop takes its time.
    drop(input);
    let link = link_in(form.value("link"));
    match state.item_links.fetch(member.key, &link).await {
        Ok(item) => {
            let found = fill_in(&state, member, &mut form, item, t).await;
            let good = form.is_good();
            let view = view(&state, member, &visitor, form).await?;
            let view = OpenForm {
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

/// The address in what somebody pasted: apps share it behind the name of the thing, and some people leave out how
/// it begins.
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

/// Takes over what was found; says what.
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

/// As much of a title as a funding takes, not cut within a word if that can be.
fn shortened(title: &str) -> String {
    let (_, most) = Title::BOUNDS;
    let Some((end, next)) = title.char_indices().nth(most) else {
        return title.to_owned();
    };
    let cut = &title[..end];
    let whole = cut.rsplit_once(char::is_whitespace).map(|(words, _)| words);
    match whole {
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
            tracing::debug!(code = refusal.code(), "the picture of an item is not taken");
            "link.picture_missing"
        }
    }
}

/// The token of the picture, which waits for the form.
async fn accept(state: &AppState, member: Member, upload: Upload) -> Result<String, AppError> {
    let picture = media::accept(state, member.key, "link", upload).await?;
    Ok(media::wait(state, member.key, &picture).await?)
}
