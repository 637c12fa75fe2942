//! Checks of links and redirects.

use public_http::AddressPolicy;
use reqwest::Url;

use crate::Failure;

/// Longest link accepted, in bytes.
pub const LINK_BYTES_MAX: usize = 2_048;

/// Parses a link as a member pasted it.
pub(crate) fn parse(text: &str, policy: AddressPolicy) -> Result<Url, Failure> {
    let text = text.trim();
    if text.len() > LINK_BYTES_MAX {
        return Err(Failure::InvalidLink);
    }
    let url = Url::parse(text).map_err(|_| Failure::InvalidLink)?;
    check(url, policy).ok_or(Failure::InvalidLink)
}

/// The target of a redirect or of a page's picture, relative to `from`; `None` when it must not be fetched.
pub(crate) fn follow(from: &Url, to: &str, policy: AddressPolicy) -> Option<Url> {
    if to.len() > LINK_BYTES_MAX {
        return None;
    }
    check(from.join(to.trim()).ok()?, policy)
}

fn check(mut url: Url, policy: AddressPolicy) -> Option<Url> {
    public_http::check_url(&url, policy)?;
    url.set_fragment(None);
    Some(url)
}
