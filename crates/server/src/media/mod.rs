//! Pictures: taken in, stored under names nobody can guess, shown to those who may see them.
//!
//! The app loads pictures without a token. A public one is served to everybody; a picture of a
//! friends-only funding needs an address signed for a viewer who may see the funding, good for an hour
//! or two; one that waits for its form to be finished, an address signed for its owner. Which picture is in
//! use, and how public, is decided by the rows that name it, at every request.

pub mod api;
mod names;
mod picture_field;
pub mod sql;
mod store;
mod upload;
pub mod waiting;

pub use names::PictureName;
pub use picture_field::{IMAGE, PictureField, REVIEW_IMAGE, kept_picture, read_picture};
pub use store::{MediaStore, Shown};
pub use upload::{NewPicture, accept, remove_unless_used, store};
pub use waiting::{find_waiting, wait, waiting_shown};

use crate::db::{Conn, StorageError};
use crate::jobs::{self, JobKind};
pub use crate::members::edit::PictureEdit;
pub use crate::members::picture_edit;
use funsun_domain::time::Timestamp;

/// Seconds after which an upload that no row came to name is removed. Somebody may be long over a form.
const ORPHAN_AFTER_SECONDS: i64 = 3 * 3_600;

/// Seconds for which a form may name an upload that it sent before.
const WAITING_SECONDS: i64 = ORPHAN_AFTER_SECONDS - 600;

/// Has a picture removed, unless a row names it by then. Part of the transaction that let go of it.
pub fn let_go(conn: &mut Conn, name: &str, now: Timestamp) -> Result<(), StorageError> {
    jobs::enqueue(conn, JobKind::RemovePicture, name, now)
}
