//! The query string, with the same accessors as a body. Nothing in it is refused up front: a malformed id only
//! means that nothing has that id.

use std::convert::Infallible;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use http::Uri;
use http::request::Parts;

use super::fields::{Fields, NAME_BYTES_MAX, Value};

/// Pairs read from one query string; the rest is ignored.
const PAIRS_MAX: usize = 32;

/// The fields of the query string. Of a repeated name the first value wins; invalid UTF-8 is replaced by
/// U+FFFD.
#[derive(Clone, Debug, Default)]
pub struct QueryInput {
    fields: Fields,
}

impl QueryInput {
    /// Parses the query of `uri`.
    pub fn of(uri: &Uri) -> Self {
        let mut fields = Fields::default();
        let query = uri.query().unwrap_or_default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if fields.len() == PAIRS_MAX {
                break;
            }
            if name.len() <= NAME_BYTES_MAX && fields.get(&name).is_none() {
                fields.push(name.into_owned(), Value::Text(value.into_owned()));
            }
        }
        Self { fields }
    }
}

impl Deref for QueryInput {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.fields
    }
}

impl<S: Sync> FromRequestParts<S> for QueryInput {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self::of(&parts.uri))
    }
}
