//! One extractor for request bodies, for any method and encoding: the mobile app mixes JSON, forms and
//! multipart, with DELETE too. Handlers read fields by name and type; every error names the field.

mod body;
mod collector;
mod disposition;
mod fields;
mod form;
mod json;
mod limits;
mod multipart;
mod path;
mod query;

use std::ops::Deref;

use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::HeaderMap;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};

use self::disposition::parameter;
use self::fields::Value;
use super::error::AppError;

pub use self::fields::Fields;
pub use self::limits::InputLimits;
pub use self::path::PathInput;
pub use self::query::QueryInput;

/// The fields of a request body; see [`Fields`] for access to them.
#[derive(Debug, Default)]
pub struct Input {
    fields: Fields,
    _permit: Option<body::BodyPermit>,
}

/// An uploaded file: untrusted bytes of unknown type.
#[derive(Clone, Debug)]
pub struct Upload {
    /// The content, at most [`InputLimits::file_bytes_max`] bytes.
    pub bytes: Bytes,
}

impl Input {
    /// The file sent as `name`. Text of that name is not a file, nor is the empty part that a browser sends when
    /// no file was chosen.
    pub fn file(&self, name: &str) -> Option<Upload> {
        match self.fields.get(name) {
            Some(Value::File(bytes)) => Some(Upload {
                bytes: bytes.clone(),
            }),
            _ => None,
        }
    }
}

impl Deref for Input {
    type Target = Fields;

    fn deref(&self) -> &Fields {
        &self.fields
    }
}

/// A request body of any encoding, unchanged, within the limit of a JSON body: for messages whose signature covers
/// their bytes.
#[derive(Clone, Debug)]
pub struct RawBody(pub Bytes);

impl<S: Sync> FromRequest<S> for RawBody {
    type Rejection = AppError;

    async fn from_request(request: Request, _: &S) -> Result<Self, AppError> {
        let (parts, body) = request.into_parts();
        let limits = InputLimits::default();
        let bytes_max = limits.plain_bytes_max;
        let (bytes, _) = body::read(body, &parts.headers, bytes_max, &limits).await?;
        Ok(Self(bytes))
    }
}

impl<S: Sync> FromRequest<S> for Input {
    type Rejection = AppError;

    async fn from_request(request: Request, _: &S) -> Result<Self, AppError> {
        let (parts, body) = request.into_parts();
        let limits = parts
            .extensions
            .get::<InputLimits>()
            .copied()
            .unwrap_or_default();
        let encoding = Encoding::of(&parts.headers);
        let bytes_max = match encoding {
            Encoding::Multipart(_) => limits.multipart_bytes_max,
            Encoding::Json | Encoding::Form | Encoding::Other => limits.plain_bytes_max,
        };
        let (bytes, permit) = body::read(body, &parts.headers, bytes_max, &limits).await?;
        let fields = match encoding {
            Encoding::Multipart(boundary) => {
                multipart::parse(&bytes, boundary.as_deref(), &limits)?
            }
            _ if bytes.is_empty() => Fields::default(),
            Encoding::Json => json::parse(&bytes, &limits)?,
            Encoding::Form => form::parse(&bytes, &limits)?,
            Encoding::Other => return Err(wrong_content_type()),
        };
        Ok(Self {
            fields,
            _permit: permit,
        })
    }
}

/// The declared encoding of a body.
enum Encoding {
    Json,
    Form,
    Multipart(Option<String>),
    Other,
}

impl Encoding {
    fn of(headers: &HeaderMap) -> Self {
        if headers
            .get(CONTENT_ENCODING)
            .is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"))
        {
            return Self::Other;
        }
        let Some(content_type) = headers
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
        else {
            return Self::Other;
        };
        let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
        let kind = kind.trim();
        if kind.eq_ignore_ascii_case("application/json") {
            Self::Json
        } else if kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            Self::Form
        } else if kind.eq_ignore_ascii_case("multipart/form-data") {
            Self::Multipart(parameter(parameters, "boundary"))
        } else {
            Self::Other
        }
    }
}

fn wrong_content_type() -> AppError {
    AppError::unsupported_media(
        "unsupported_content_type",
        "the body takes application/json, application/x-www-form-urlencoded or multipart/form-data, not compressed",
    )
}
