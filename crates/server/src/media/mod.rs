//! Pictures: accepted, stored under unguessable names, served to viewers who may see them.
//!
//! The app loads pictures without a token. A public picture is served to anyone; a picture of a
//! friends-only funding needs a signed URL, issued to a viewer who may see the funding and valid for one to two
//! hours; a picture that is kept for a form, a URL signed for its owner. Whether a picture is in use, and its
//! visibility, is determined at every request by the rows that name it.

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
pub use store::{MediaStore, PicturePaths};
#[cfg(feature = "sandbox")]
pub use upload::store;
pub use upload::{NewPicture, accept};
pub use waiting::keep_for_form;

use crate::db::{Conn, StorageError};
use crate::jobs;
use funsun_domain::time::Timestamp;

/// Seconds after which an upload that no row names is removed: filling in a form may take long.
const ORPHAN_AFTER_SECONDS: i64 = 3 * 3_600;

/// Seconds for which a form may refer to an upload that it sent before.
const WAITING_SECONDS: i64 = ORPHAN_AFTER_SECONDS - 600;

/// Enqueues the removal of a picture, which is skipped if a row names it by then. Runs in the transaction that
/// stops using it.
///
/// # Errors
/// When the database fails.
pub fn release(conn: &mut Conn, name: &str, now: Timestamp) -> Result<(), StorageError> {
    jobs::enqueue(conn, &RemovePicture(name.to_owned()), now)
}
