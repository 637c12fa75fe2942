//! Statements that determine whether a picture is in use, by the rows that name it.

use diesel::dsl::exists;
use diesel::prelude::*;

use crate::db::schema::{accounts, fundings};
use crate::db::{Conn, StorageError};
use crate::visibility::{EVERYBODY, NOBODY};

/// Whether the picture is public: a member's, or one of a public funding.
pub fn is_public(conn: &mut Conn, name: &str) -> Result<bool, StorageError> {
    let member = accounts::table.filter(accounts::image.eq(name));
    let image = fundings::table
        .filter(fundings::image.eq(name))
        .filter(fundings::visible_to.eq(EVERYBODY));
    let review = fundings::table
        .filter(fundings::review_image.eq(name))
        .filter(fundings::visible_to.eq(EVERYBODY));
    Ok(diesel::select(exists(image).or(exists(member)).or(exists(review))).get_result(conn)?)
}

/// Whether the picture is visible to any viewer.
pub fn is_shown(conn: &mut Conn, name: &str) -> Result<bool, StorageError> {
    let member = accounts::table.filter(accounts::image.eq(name));
    let image = fundings::table
        .filter(fundings::image.eq(name))
        .filter(fundings::visible_to.ne(NOBODY));
    let review = fundings::table
        .filter(fundings::review_image.eq(name))
        .filter(fundings::visible_to.ne(NOBODY));
    Ok(diesel::select(exists(image).or(exists(member)).or(exists(review))).get_result(conn)?)
}

/// Whether any row names the picture, shown or not.
pub fn is_named(conn: &mut Conn, name: &str) -> Result<bool, StorageError> {
    let member = accounts::table.filter(accounts::image.eq(name));
    let image = fundings::table.filter(fundings::image.eq(name));
    let review = fundings::table.filter(fundings::review_image.eq(name));
    Ok(diesel::select(exists(image).or(exists(member)).or(exists(review))).get_result(conn)?)
}
