//! Removing pictures that no row names.

use anyhow::Context;
use serde::{Deserialize, Serialize};

use super::names::{PictureName, Rendition};
use super::sql;
use crate::db::{Conn, StorageError};
use crate::jobs::{self, Job, JobId, Next};
use crate::state::AppState;

/// Removes the files of the picture of this name. A picture that a row names is kept, and so is one
/// that was uploaded again meanwhile, which has a later removal job.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RemovePicture(pub(super) String);

impl Job for RemovePicture {
    const KIND: &'static str = "remove_picture";

    async fn run(self, state: &AppState, id: JobId) -> anyhow::Result<Next> {
        let parsed = PictureName::parse_file(&self.0);
        let name = parsed.filter(|(_, rendition)| *rendition == Rendition::Full);
        let (name, _) = name.context("not the name of a picture")?;
        let wanted = state.db.read(move |conn| self.is_wanted(conn, id)).await?;
        if !wanted {
            state.media.remove(&name).await?;
        }
        Ok(Next::Done)
    }
}

impl RemovePicture {
    fn is_wanted(&self, conn: &mut Conn, id: JobId) -> Result<bool, StorageError> {
        Ok(sql::is_named(conn, &self.0)? || jobs::is_enqueued_again(conn, id, self)?)
    }
}
