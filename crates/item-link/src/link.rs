//! Which links are followed.

use public_http::Reach;
use reqwest::Url;

use crate::Failure;

/// Longest link taken, in bytes.
pub const LINK_BYTES_MAX: usize = 2_048;

/// Reads what somebody pasted.
pub(crate) fn parse(text: &str, reach: Reach) -> Result<Url, Failure> {
    let text = text.trim();
    if text.len() > LINK_BYTES_MAX {
        return Err(Failure::Link);
    }
    let url = Url::parse(text).map_err(|_| Failure::Link)?;
    check(url, reach).ok_or(Failure::Link)
}

/// Where a page or a redirect leads on to.
pub(crate) fn follow(from: &Url, to: &str, reach: Reach) -> Option<Url> {
    if to.len() > LINK_BYTES_MAX {
        return None;
    }
    check(from.join(to.trim()).ok()?, reach)
}

fn check(mut url: Url, reach: Reach) -> Option<Url> {
    public_http::place(&url, reach)?;
    url.set_fragment(None);
    Some(url)
}
