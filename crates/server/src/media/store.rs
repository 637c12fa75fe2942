//! The store of picture files: a local folder, or another store with the same interface.

use std::path::Path;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use funsun_domain::ids::AccountKey;
use funsun_domain::time::Timestamp;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Location;
use object_store::{ObjectStore, ObjectStoreExt};
use picture::Format;
use tokio::sync::Semaphore;

use super::names::{PictureName, Rendition, Signer};
use super::waiting_queues::Queues;

/// Concurrent decodings: a picture of 50 megapixels needs up to 200 MB while it is decoded.
const DECODERS: usize = 1;

/// Picture files and their URLs.
pub struct MediaStore {
    files: Arc<dyn ObjectStore>,
    pub(super) signer: Signer,
    pub(super) decoders: Semaphore,
    pub(super) queues: Mutex<Queues>,
}

impl MediaStore {
    /// A store in `folder` (created if missing), with names and signed URLs keyed by `secret`.
    ///
    /// # Errors
    /// When the folder can't be created or opened.
    pub fn in_folder(folder: &Path, secret: &[u8]) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder)?;
        Ok(Self {
            files: Arc::new(LocalFileSystem::new_with_prefix(folder)?),
            signer: Signer::new(secret),
            decoders: Semaphore::new(DECODERS),
            queues: Mutex::default(),
        })
    }

    /// Path of a public picture.
    pub fn public_path(name: &str) -> String {
        format!("/media/{name}")
    }

    /// Signed path of a picture for a viewer who may see its funding; valid for one to two hours.
    pub fn signed_path(&self, name: &str, now: Timestamp) -> String {
        format!("/media/s/{}/{name}", self.signer.pass(name, now))
    }

    /// Both renditions of a picture of a funding, for a viewer who may see it.
    pub fn paths(&self, name: &str, public: bool, now: Timestamp) -> PicturePaths {
        PicturePaths::at(self.path(name, public, now))
    }

    /// Path of a picture of a funding, for a viewer who may see it; signed unless the funding is public.
    pub fn path(&self, name: &str, public: bool, now: Timestamp) -> String {
        if public {
            Self::public_path(name)
        } else {
            self.signed_path(name, now)
        }
    }

    /// Seconds that a signed path is still valid; `None` when it is not.
    pub(super) fn seconds_left(
        &self,
        pass: &str,
        name: &PictureName,
        now: Timestamp,
    ) -> Option<i64> {
        self.signer.seconds_left(pass, name.as_str(), now)
    }

    pub(super) fn name(&self, owner: AccountKey, content: &[u8], format: Format) -> PictureName {
        self.signer.name(owner, content, format)
    }

    pub(super) async fn put(
        &self,
        name: &PictureName,
        rendition: Rendition,
        content: Vec<u8>,
    ) -> object_store::Result<()> {
        self.files
            .put(&location(name, rendition), content.into())
            .await
            .map(|_| ())
    }

    /// The file's bytes; `None` when there is no such file.
    pub(super) async fn get(
        &self,
        name: &PictureName,
        rendition: Rendition,
    ) -> object_store::Result<Option<Bytes>> {
        match self.files.get(&location(name, rendition)).await {
            Ok(found) => found.bytes().await.map(Some),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The larger rendition of the picture that a row names; `None` when it no longer exists.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn find_full(&self, name: &str) -> object_store::Result<Option<Bytes>> {
        match PictureName::parse_file(name) {
            Some((name, Rendition::Full)) => self.get(&name, Rendition::Full).await,
            _ => Ok(None),
        }
    }

    /// Whether there is such a picture.
    pub(super) async fn has(&self, name: &PictureName) -> object_store::Result<bool> {
        match self.files.head(&location(name, Rendition::Full)).await {
            Ok(_) => Ok(true),
            Err(object_store::Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Removes both renditions; a missing one counts as removed.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn remove(&self, name: &PictureName) -> object_store::Result<()> {
        for rendition in [Rendition::Full, Rendition::Small] {
            match self.files.delete(&location(name, rendition)).await {
                Ok(()) | Err(object_store::Error::NotFound { .. }) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// The paths of both renditions of a picture.
#[derive(Clone, Debug)]
pub struct PicturePaths {
    /// Largest side up to 1,600 px.
    pub full: String,
    /// Largest side up to 480 px.
    pub small: String,
}

impl PicturePaths {
    /// From the path of the full rendition.
    pub(super) fn at(full: String) -> Self {
        let small = full.rsplit_once('.').map_or_else(
            || full.clone(),
            |(stem, extension)| format!("{stem}_480.{extension}"),
        );
        Self { full, small }
    }

    /// Of a public picture.
    pub fn public(name: &str) -> Self {
        Self::at(MediaStore::public_path(name))
    }
}

/// The first two digits of the name are the folder, so that none grows too large.
fn location(name: &PictureName, rendition: Rendition) -> Location {
    let file = name.file(rendition);
    Location::from(format!("{}/{file}", &file[..2]))
}
