//! How members reach whoever runs the service.

use std::str::FromStr;
use std::sync::Arc;

/// An e-mail address, or the address of a page such as a KakaoTalk channel's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Where a link leads: `mailto:…` or `https://…`.
    pub href: Arc<str>,
    /// What the link says.
    pub text: Arc<str>,
}

/// The text is neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is neither an e-mail address nor an https:// address")]
pub struct InvalidContact;

impl FromStr for Contact {
    type Err = InvalidContact;

    fn from_str(text: &str) -> Result<Self, InvalidContact> {
        let address = text.strip_prefix("mailto:").unwrap_or(text);
        if is_email(address) {
            return Ok(Self {
                href: format!("mailto:{address}").into(),
                text: address.into(),
            });
        }
        let page = text.strip_prefix("https://").ok_or(InvalidContact)?;
        if !is_page(page) {
            return Err(InvalidContact);
        }
        Ok(Self {
            href: text.into(),
            text: page.trim_end_matches('/').into(),
        })
    }
}

/// Stricter than RFC 5322: nothing that would need quoting in a `mailto:` (RFC 6068, 2).
fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else {
        return false;
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
    !name.is_empty() && name.bytes().all(plain) && is_host(host)
}

/// What follows `https://`.
fn is_page(text: &str) -> bool {
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    let (host, path) = text.split_at(end);
    is_host(host) && path.bytes().all(|byte| byte.is_ascii_graphic())
}

fn is_host(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    let label = |label: &str| !label.is_empty() && label.bytes().all(plain);
    text.contains('.') && text.split('.').all(label)
}
