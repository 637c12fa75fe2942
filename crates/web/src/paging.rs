//! Positions in a list: a page number as the app sends it, or a cursor whose cost does not depend on its depth
//! in the list.

use axum::extract::FromRequestParts;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::HeaderValue;
use http::request::Parts;
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::error::AppError;
use super::input::QueryInput;

/// Items of one page.
pub const PAGE_SIZE: i64 = 8;

/// Beyond this page every list has ended: 80 million items.
const PAGE_MAX: u32 = 10_000_000;

/// Characters that a path must not hold unescaped between the angle brackets of a `Link` header.
const LINK_PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>');

/// The sort key of the last item of a page: one or two numbers, opaque to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The leading key.
    pub first: i64,
    /// The key that breaks ties, where the list has one.
    pub second: Option<i64>,
}

/// A position in a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Position {
    /// The page of this number, from 1.
    Page(u32),
    /// The items that follow the one with this key.
    Before(Cursor),
    /// A page that no list has.
    PastEnd,
}

impl Position {
    /// The position in a list that only has cursors; `None` at its beginning.
    pub fn cursor(self) -> Option<Cursor> {
        match self {
            Self::Before(cursor) => Some(cursor),
            Self::Page(_) | Self::PastEnd => None,
        }
    }
}

/// The position given in the query by `before` or else by `page`.
///
/// A missing or non-numeric page is the first; zero, negative and too large ones are past the end.
#[derive(Clone, Copy, Debug)]
pub struct PageQuery(pub Position);

/// The position in a list, as the API document describes it; [`PageQuery`] parses it.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes the query in the API document")]
pub struct PageParams {
    /// From 1, eight items each. Missing or no number: 1. Zero, negative and past the end: no items.
    #[param(value_type = Option<PageNumber>, inline, example = 1)]
    page: Option<String>,
    /// The cursor of a `Link` header, unchanged: goes on from there at constant cost. Wins over `page`.
    before: Option<String>,
}

/// A number; any other text is accepted too.
struct PageNumber;

impl PartialSchema for PageNumber {
    fn schema() -> RefOr<Schema> {
        let number_or_text = SchemaType::from_iter([Type::Integer, Type::String]);
        ObjectBuilder::new()
            .schema_type(number_or_text)
            .build()
            .into()
    }
}

impl ToSchema for PageNumber {}

impl Cursor {
    /// A cursor over one key.
    pub fn one(first: i64) -> Self {
        Self {
            first,
            second: None,
        }
    }

    /// A cursor over a key and its tie-breaker.
    pub fn two(first: i64, second: i64) -> Self {
        Self {
            first,
            second: Some(second),
        }
    }

    /// The cursor as URL-safe text.
    pub fn encode(self) -> String {
        let mut bytes = self.first.to_be_bytes().to_vec();
        if let Some(second) = self.second {
            bytes.extend_from_slice(&second.to_be_bytes());
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// Parses the output of [`Cursor::encode`]; `None` for anything else.
    pub fn decode(text: &str) -> Option<Self> {
        // Two keys encode to 22 characters; anything longer is invalid.
        if text.len() > 22 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (first, rest) = bytes.split_first_chunk::<8>()?;
        let second = match rest {
            [] => None,
            rest => Some(i64::from_be_bytes(rest.try_into().ok()?)),
        };
        Some(Self {
            first: i64::from_be_bytes(*first),
            second,
        })
    }
}

impl PageQuery {
    /// Parses the position from the query.
    ///
    /// # Errors
    /// 400 for a `before` that is not a valid cursor.
    pub fn read(query: &QueryInput) -> Result<Position, AppError> {
        let cursor = query.optional("before", |text| {
            Cursor::decode(text).ok_or("takes the cursor of a Link header, unchanged")
        })?;
        if let Some(cursor) = cursor {
            return Ok(Position::Before(cursor));
        }
        let page = query.optional("page", |text| Ok::<_, &str>(parse_page(text)))?;
        Ok(page.unwrap_or(Position::Page(1)))
    }
}

impl<S: Sync> FromRequestParts<S> for PageQuery {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        Self::read(&QueryInput::of(&parts.uri)).map(Self)
    }
}

/// Splits rows loaded with a limit of `size + 1`: the rows of the page, and the cursor of its last row when
/// there is another page.
pub fn split_page<T>(
    mut rows: Vec<T>,
    size: i64,
    cursor_of: impl FnOnce(&T) -> Cursor,
) -> (Vec<T>, Option<Cursor>) {
    let size = usize::try_from(size).unwrap_or(0);
    if rows.len() <= size {
        return (rows, None);
    }
    rows.truncate(size);
    let cursor = rows.last().map(cursor_of);
    (rows, cursor)
}

/// The `Link` header that leads to the items after `cursor`: a relative reference to `path`, with the
/// other parameters of the query kept.
pub fn next_link<'a>(
    path: &str,
    query_pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    cursor: Cursor,
) -> HeaderValue {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in query_pairs {
        if name != "page" && name != "before" {
            query.append_pair(name, value);
        }
    }
    query.append_pair("before", &cursor.encode());
    let path = utf8_percent_encode(path, LINK_PATH);
    let link = format!("<{path}?{}>; rel=\"next\"", query.finish());
    HeaderValue::try_from(link).expect("percent-encoded text is a valid header")
}

fn parse_page(text: &str) -> Position {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Position::Page(1);
    }
    match digits.parse::<u32>() {
        Ok(page) if !negative && (1..=PAGE_MAX).contains(&page) => Position::Page(page),
        _ => Position::PastEnd,
    }
}
