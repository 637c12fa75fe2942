//! Metadata of a linked item: fetches a shop's page and returns its title and picture, as the page declares them for
//! link previews (The Open Graph protocol, ogp.me). The URL and every byte of the response are untrusted input.

mod charset;
mod client;
mod link;
mod page;

pub use client::{Client, SetupError};
pub use link::LINK_BYTES_MAX;

use thiserror::Error;

/// The item that a page describes. At least one of the two fields is present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// One line, at most [`TITLE_CHARS_MAX`] characters.
    pub title: Option<String>,
    /// An untrusted picture file of at most [`PICTURE_BYTES_MAX`] bytes; the caller must validate it.
    pub picture: Option<Vec<u8>>,
}

/// Longest title returned, in characters.
pub const TITLE_CHARS_MAX: usize = 300;

/// Largest picture returned, in bytes.
pub const PICTURE_BYTES_MAX: usize = 10 * 1024 * 1024;

/// Why there is no item. An unknown host, one that does not respond and one in our own network are deliberately the
/// same failure, so that requests reveal nothing about our network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// Not the URL of a public page.
    #[error("not the http:// or https:// address of a public page")]
    InvalidLink,
    /// No connection to the host of the link or of a redirect.
    #[error("the address can't be reached")]
    Unreachable,
    /// The time limit was exceeded, by the host or by waiting for other fetches.
    #[error("the page was not received in time")]
    TimedOut,
    /// The response had this status.
    #[error("the shop responded with status {0}")]
    HttpStatus(u16),
    /// Too many redirects.
    #[error("too many redirects")]
    TooManyRedirects,
    /// The response is not HTML, or has a content encoding that was not requested.
    #[error("the response is not an HTML page")]
    UnsupportedContent,
    /// The page declares neither a title nor a picture.
    #[error("the page declares neither a title nor a picture")]
    NothingFound,
}
