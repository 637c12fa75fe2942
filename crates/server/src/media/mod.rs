//! Pictures: accepted, stored under unguessable names, served to those who may see them.
//!
//! The app loads pictures without a token. A public picture is served to everybody; a picture of a
//! friends-only funding needs a signed URL, issued to a viewer who may see the funding and valid for one to two
//! hours; a picture that waits for its form, a URL signed for its owner. Which picture is in use, and how
//! public it is, is decided by the rows that name it, at every request.

pub mod api;
mod names;
mod picture_edit;
mod picture_field;
mod remove;
mod sql;
mod store;
mod upload;
pub mod waiting;
mod waiting_queues;

pub use picture_edit::{PictureEdit, picture_edit};
pub use picture_field::{IMAGE, PictureField, REVIEW_IMAGE, kept_picture, read_picture};
pub use remove::RemovePicture;
pub use store::{MediaStore, Shown};
#[cfg(feature = "sandbox")]
pub use upload::store;
pub use upload::{NewPicture, accept};
pub use waiting::wait;

use crate::db::{Conn, StorageError};
use crate::jobs;
use funsun_domain::time::Timestamp;

/// Seconds after which an upload that no row names is removed: filling in a form may take long.
const ORPHAN_AFTER_SECONDS: i64 = 3 * 3_600;

/// Seconds for which a form may refer to an upload that it sent before.
const WAITING_SECONDS: i64 = ORPHAN_AFTER_SECONDS - 600;

/// Has a picture removed, unless a row names it by then. Part of the transaction that stopped using it.
///
/// # Errors
/// When the database fails.
pub fn release(conn: &mut Conn, name: &str, now: Timestamp) -> Result<(), StorageError> {
    jobs::enqueue(conn, &RemovePicture(name.to_owned()), now)
}
