//! The operator's contact, linked on every page.

use std::str::FromStr;
use std::sync::Arc;

/// An e-mail address, or the URL of a page such as a KakaoTalk channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// The link's target: `mailto:…` or `https://…`.
    pub href: Arc<str>,
    /// The link's text.
    pub text: Arc<str>,
}

/// The text is neither an e-mail address nor an https URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is neither an e-mail address nor an https:// URL")]
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

/// Stricter than RFC 5322: no characters that a `mailto:` URI must escape (RFC 6068, section 2).
fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else {
        return false;
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._+-".contains(&byte);
    !name.is_empty() && name.bytes().all(plain) && is_host(host)
}

/// `text` is the URL without `https://`.
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
