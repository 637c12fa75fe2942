//! The link of a thing somebody wishes for: the page of a shop in, its title and picture out, as the page tells
//! those who make a preview of it (The Open Graph protocol, ogp.me). The address is hostile input, and so is every
//! byte that comes back.

mod charset;
mod client;
mod link;
mod page;

pub use client::{Client, SetupError};
pub use link::LINK_BYTES_MAX;

use thiserror::Error;

/// What a page says it sells. One of the two is there, if not both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// One line, at most [`TITLE_CHARS_MAX`] characters.
    pub title: Option<String>,
    /// Bytes that claim to be a picture: at most [`PICTURE_BYTES_MAX`], to be looked at by whoever shows them.
    pub picture: Option<Vec<u8>>,
}

/// Longest title given back, in characters.
pub const TITLE_CHARS_MAX: usize = 300;

/// Largest picture given back, in bytes.
pub const PICTURE_BYTES_MAX: usize = 10 * 1024 * 1024;

/// Why there is no item. Whether a name is unknown, silent or of our own network is not told apart: nobody is to
/// learn of our network by request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Failure {
    /// No address of a page on the public internet.
    #[error("not the http:// or https:// address of a public page")]
    InvalidLink,
    /// There is no connection to where it leads, at first or by a redirect.
    #[error("the address can't be reached")]
    Unreachable,
    /// It took too long, there or because too many others are being fetched.
    #[error("the page did not come in time")]
    TimedOut,
    /// The shop answered with this status.
    #[error("the shop answered with status {0}")]
    HttpStatus(u16),
    /// It leads on and on.
    #[error("too many redirects")]
    TooManyRedirects,
    /// What came is no HTML, or encoding in a way that was not asked for.
    #[error("this is no page")]
    UnsupportedContent,
    /// The page names neither a title nor a picture.
    #[error("the page names neither a title nor a picture")]
    NothingFound,
}
