//! Serving pictures.

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use utoipa_axum::routes;

use super::names::PictureName;
use super::sql;
use crate::state::AppState;
use web::{AppError, PathInput, Problem, Routes};

/// `/media/…`.
pub fn router() -> Routes<AppState> {
    Routes::new()
        .operations(routes!(public_picture))
        .operations(routes!(signed_picture))
}

/// A public picture
///
/// A member's picture, or one of a public funding. `_480` behind the digits of the name gives the small
/// rendition (largest side 480 px). A query string is ignored.
#[utoipa::path(get, path = "/media/{file}", tag = "media",
    params(("file" = String, Path, description = "name of the picture", example = "0f343b0931126a20f133d67c2b018a3b.jpg")),
    responses(
        (status = 200, description = "the picture", content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"))),
        (status = 404, description = "no such picture, or not public", body = Problem),
    ))]
async fn public_picture(
    State(state): State<AppState>,
    PathInput(file): PathInput<String>,
) -> Result<Response, AppError> {
    let (name, rendition) = PictureName::parse_file(&file).ok_or_else(no_picture)?;
    let asked = name.as_str().to_owned();
    if !state
        .db
        .read(move |conn| sql::is_public(conn, &asked))
        .await?
    {
        return Err(no_picture());
    }
    let content = state
        .media
        .get(&name, rendition)
        .await
        .map_err(AppError::internal)?;
    let caching = HeaderValue::from_static("public, max-age=31536000, immutable");
    Ok(answer(
        &name,
        content.ok_or_else(no_picture)?.into(),
        caching,
    ))
}

/// A friends-only picture
///
/// The address comes from an answer to somebody who may see the funding, and is good for one to two hours.
#[utoipa::path(get, path = "/media/s/{pass}/{file}", tag = "media",
    params(
        ("pass" = String, Path, description = "expiry and signature", example = "1795392000.MDAwMDAwMDAwMDAwMDAwMA"),
        ("file" = String, Path, description = "name of the picture", example = "0f343b0931126a20f133d67c2b018a3b.jpg"),
    ),
    responses(
        (status = 200, description = "the picture", content((Vec<u8> = "image/jpeg"), (Vec<u8> = "image/png"))),
        (status = 404, description = "no such picture, or the address has expired", body = Problem),
    ))]
async fn signed_picture(
    State(state): State<AppState>,
    PathInput((pass, file)): PathInput<(String, String)>,
) -> Result<Response, AppError> {
    let (name, rendition) = PictureName::parse_file(&file).ok_or_else(no_picture)?;
    let left = state
        .media
        .seconds_left(&pass, &name, state.clock.now())
        .ok_or_else(no_picture)?;
    let asked = name.as_str().to_owned();
    if !state
        .db
        .read(move |conn| sql::is_shown(conn, &asked))
        .await?
    {
        return Err(no_picture());
    }
    let content = state
        .media
        .get(&name, rendition)
        .await
        .map_err(AppError::internal)?;
    let caching = HeaderValue::try_from(format!("private, max-age={left}, immutable"))
        .expect("a number is a valid header value");
    Ok(answer(
        &name,
        content.ok_or_else(no_picture)?.into(),
        caching,
    ))
}

pub(super) fn answer(name: &PictureName, content: Body, caching: HeaderValue) -> Response {
    let content_type = if name.as_str().ends_with(".png") {
        "image/png"
    } else {
        "image/jpeg"
    };
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static(content_type)),
        (CACHE_CONTROL, caching),
        (
            CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; sandbox"),
        ),
    ];
    (headers, content).into_response()
}

pub(super) fn no_picture() -> AppError {
    AppError::not_found("no_picture", "there is no such picture")
}
