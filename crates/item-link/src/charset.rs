//! Decodes a page to text. Some Korean shops still use EUC-KR.

use encoding_rs::{Encoding, UTF_8};

/// Bytes within which a page must declare its encoding (HTML standard, 4.2.5.4).
const PRESCAN_BYTES: usize = 1_024;

/// The encoding is that of the byte order mark, else of the header, else of the page's declaration, else UTF-8.
pub(crate) fn decode(page: &[u8], content_type: &str) -> String {
    let head = &page[..page.len().min(PRESCAN_BYTES)];
    let encoding = label(content_type.as_bytes())
        .or_else(|| label(head))
        .unwrap_or(UTF_8);
    encoding.decode(page).0.into_owned()
}

/// The encoding of the first `charset=` with a known label.
fn label(text: &[u8]) -> Option<&'static Encoding> {
    const KEY: &[u8] = b"charset=";
    let text = text.to_ascii_lowercase();
    text.windows(KEY.len())
        .enumerate()
        .filter(|(_, window)| *window == KEY)
        .find_map(|(at, _)| {
            let value = &text[at + KEY.len()..];
            let value = match value.first() {
                Some(b'"' | b'\'') => &value[1..],
                _ => value,
            };
            let end = value
                .iter()
                .position(|it| !(it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b':')))
                .unwrap_or(value.len());
            Encoding::for_label(&value[..end])
        })
}
