//! Members as others see them: profiles, what is shown to whom, the search by name.

mod profile;
pub mod search_sql;

pub use profile::{Author, OwnProfile, Profile, face};
pub use search_sql::grams;

pub use crate::members::sql::{
    ProfileRow, find_active, find_key, find_own, find_profile, is_friend_of, is_suspended,
};
