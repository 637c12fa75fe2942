//! Members as others see them: profiles with their visibility rule, and the search by name.

mod api;
pub mod pages;
mod profile;
mod search_sql;
mod sql;

pub use profile::{Author, OwnProfile, Profile, face};
#[cfg(feature = "sandbox")]
pub use search_sql::grams;
pub use search_sql::{index_name, unindex_name};
pub use sql::{
    PersonRow, ProfileRow, find_active, find_key, find_own, find_profile, is_friend_of,
    is_suspended,
};

use crate::state::AppState;
use web::Routes;

/// `GET` and `POST /account/`, `/account/search`.
pub fn router() -> Routes<AppState> {
    api::router()
}
