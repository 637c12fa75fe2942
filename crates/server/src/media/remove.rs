//! Removing pictures that no row names any more.

use super::names::{PictureName, Rendition};
use super::sql;
use crate::db::{Conn, StorageError};
use crate::jobs::{self, JobKind};
use crate::state::AppState;

/// Removes the files of the picture of this name. A picture that a row names stays, and so does one that was
/// uploaded again meanwhile, which has a later job of its own.
///
/// # Errors
/// When the database or the store fails; the job is retried.
pub async fn remove_unless_used(state: &AppState, job: i64, subject: &str) -> anyhow::Result<()> {
    let Some((name, Rendition::Full)) = PictureName::parse_file(subject) else {
        anyhow::bail!("not the name of a picture");
    };
    let asked = name.as_str().to_owned();
    let wanted = state
        .db
        .read(move |conn| is_wanted(conn, job, &asked))
        .await?;
    if !wanted {
        state.media.remove(&name).await?;
    }
    Ok(())
}

fn is_wanted(conn: &mut Conn, job: i64, name: &str) -> Result<bool, StorageError> {
    Ok(sql::is_named(conn, name)?
        || jobs::is_planned_again(conn, job, JobKind::RemovePicture, name)?)
}
