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

use funsun_domain::ids::AccountKey;

use crate::db::{Conn, StorageError};
use crate::state::AppState;
use web::Routes;

/// The own profile of a member who has just been recognised; `None` when the account is gone.
///
/// # Errors
/// When the database fails.
pub async fn read_own(
    state: &AppState,
    key: AccountKey,
) -> Result<Option<ProfileRow>, StorageError> {
    let read = move |conn: &mut Conn| find_own(conn, key);
    if let Some(row) = state.db.read(read).await? {
        return Ok(Some(row));
    }
    // The login may be so new that only another node of a cluster knows it.
    if state.db.catch_up().await? {
        return state.db.read(read).await;
    }
    Ok(None)
}

/// `GET` and `POST /account/`, `/account/search`.
pub fn router() -> Routes<AppState> {
    api::router()
}
