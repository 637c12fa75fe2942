//! Path parameters. A path whose escapes are not UTF-8 is not found, like any other unknown path.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use serde::de::DeserializeOwned;

use crate::error::AppError;

/// The parameters of a path; 404 when they can't be decoded.
#[derive(Debug)]
pub struct PathInput<T>(pub T);

impl<S, T> FromRequestParts<S> for PathInput<T>
where
    S: Send + Sync,
    T: DeserializeOwned + Send,
{
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        match Path::from_request_parts(parts, state).await {
            Ok(Path(parameters)) => Ok(Self(parameters)),
            Err(_) => Err(AppError::not_found(
                "no_such_path",
                "there is nothing at this path",
            )),
        }
    }
}
