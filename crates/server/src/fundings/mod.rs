//! Fundings: opening, reading, listing, editing, deleting, reviewing; their pages, live updates and link previews.

mod api;
mod card;
mod item_links;
mod link_preview;
mod lists;
mod lists_api;
pub mod live;
mod messages_sql;
pub mod pages;
mod preview_cache;
mod preview_drawing;
mod sql;
mod write;

pub use card::CardRows;
pub use item_links::ItemLinks;
pub use lists::{CardPage, list_of_author, list_of_followees, list_running, list_running_of};
pub use preview_cache::PreviewCache;
#[cfg(feature = "sandbox")]
pub use sql::update as update_unchecked;
pub use sql::{
    create as create_unannounced, find_detail, find_next_of, hide_all_of, hide_for_good_all_of,
    show_all_of,
};
#[cfg(feature = "sandbox")]
pub use write::FundingEdit;
pub use write::{EditRefusal, NewFunding, clean_up_some_of, must_be_author};

use crate::state::AppState;
use live::TooManyWatchers;
use web::{AppError, Routes};

/// Seconds after which a refused watcher may retry.
const WATCH_RETRY_SECONDS: u64 = 60;

/// `/funding/…`.
pub fn router() -> Routes<AppState> {
    api::router().merge(lists_api::router())
}

impl From<EditRefusal> for AppError {
    fn from(refusal: EditRefusal) -> Self {
        let detail = refusal.to_string();
        match refusal {
            // The same response for missing and invisible fundings: probing ids reveals nothing.
            EditRefusal::NoSuchFunding => Self::bad_request("no_such_funding", detail),
            EditRefusal::NotAuthor => Self::bad_request("not_author", detail),
            EditRefusal::TooMuchForPublic => Self::bad_request("too_much_for_public", detail),
            EditRefusal::Storage(error) => error.into(),
        }
    }
}

impl From<TooManyWatchers> for AppError {
    fn from(_: TooManyWatchers) -> Self {
        Self::too_many(WATCH_RETRY_SECONDS)
    }
}
