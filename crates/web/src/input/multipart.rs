//! `multipart/form-data` (RFC 7578), parsed from a body that is already in memory: a file is a slice of the body,
//! not a copy, as it would be with `multer`. One file per request, since no call takes more.

use bytes::Bytes;
use memchr::memmem;

use super::InputLimits;
use super::collector::Collector;
use super::disposition::Disposition;
use super::fields::{Fields, Value, invalid};
use crate::error::AppError;

/// Maximum size of the headers of one part, in bytes.
const PART_HEAD_BYTES_MAX: usize = 4 * 1024;

/// Parses a multipart body.
///
/// # Errors
/// 400 for a missing boundary or a malformed body, 413 for a file that is too large, and as [`Collector::add`].
pub(super) fn parse(
    body: &Bytes,
    boundary: Option<&str>,
    limits: &InputLimits,
) -> Result<Fields, AppError> {
    let boundary = boundary
        .filter(|boundary| !boundary.is_empty() && boundary.len() <= 70)
        .ok_or_else(|| {
            malformed("the content type takes a boundary of 1 to 70 characters: multipart/form-data; boundary=…")
        })?;
    let mut collector = Collector::new(limits);
    let mut files = 0_u32;
    let mut parts = Parts::open(body, boundary)?;
    while let Some(part) = parts.next_part()? {
        let Some((name, value)) = read_part(&part, limits)? else {
            continue;
        };
        if matches!(value, Value::File(_)) {
            files = files.saturating_add(1);
            if files > 1 {
                return Err(invalid(&name, "a request takes one file"));
            }
        }
        collector.add(name, value)?;
    }
    Ok(collector.finish())
}

/// One part as a field; `None` for the empty file part that a browser sends when no file was chosen.
fn read_part(part: &Bytes, limits: &InputLimits) -> Result<Option<(String, Value)>, AppError> {
    let (head, content) = split_head(part)?;
    let disposition = Disposition::from_part_head(head)
        .ok_or_else(|| malformed("each part takes a Content-Disposition with a name"))?;
    let name = disposition.name;
    let Some(file_name) = disposition.file_name else {
        let text = std::str::from_utf8(&content)
            .map_err(|_| invalid(&name, "is not valid UTF-8"))?
            .to_owned();
        return Ok(Some((name, Value::Text(text))));
    };
    if content.is_empty() && file_name.is_empty() {
        return Ok(None);
    }
    if content.len() > limits.file_bytes_max {
        let bytes_max = limits.file_bytes_max;
        return Err(AppError::payload_too_large(
            "file_too_large",
            format!("{name}: takes a file of at most {bytes_max} bytes"),
        ));
    }
    Ok(Some((name, Value::File(content))))
}

/// Splits a part into headers and content, at the empty line.
fn split_head(part: &Bytes) -> Result<(&[u8], Bytes), AppError> {
    let window = &part[..part.len().min(PART_HEAD_BYTES_MAX)];
    let end = memmem::find(window, b"\r\n\r\n")
        .ok_or_else(|| malformed("a part takes headers of at most 4096 bytes and an empty line"))?;
    Ok((&part[..end], part.slice(end.saturating_add(4)..)))
}

/// Iterates over the parts of a body.
struct Parts<'a> {
    body: &'a Bytes,
    /// `\r\n--boundary`: the end of every part.
    delimiter: Vec<u8>,
    /// The offset just after the last boundary found.
    at: usize,
}

impl<'a> Parts<'a> {
    fn open(body: &'a Bytes, boundary: &str) -> Result<Self, AppError> {
        let delimiter = format!("\r\n--{boundary}").into_bytes();
        // The first boundary follows a line break only when there is a preamble.
        let at = if body.starts_with(&delimiter[2..]) {
            delimiter.len().saturating_sub(2)
        } else {
            memmem::find(body, &delimiter)
                .ok_or_else(|| malformed("the body does not hold the boundary"))?
                .saturating_add(delimiter.len())
        };
        Ok(Self {
            body,
            delimiter,
            at,
        })
    }

    /// The bytes of the next part, headers included; `None` after the closing boundary.
    fn next_part(&mut self) -> Result<Option<Bytes>, AppError> {
        let rest = &self.body[self.at..];
        if rest.starts_with(b"--") {
            return Ok(None);
        }
        // A boundary may be padded with blanks up to the end of its line (RFC 2046, 5.1.1).
        let padding = rest
            .iter()
            .take_while(|byte| matches!(byte, b' ' | b'\t'))
            .count();
        if !rest[padding..].starts_with(b"\r\n") {
            return Err(malformed("a boundary takes a line of its own"));
        }
        let start = self.at.saturating_add(padding).saturating_add(2);
        let length = memmem::find(&self.body[start..], &self.delimiter)
            .ok_or_else(|| malformed("the body ends before its closing boundary"))?;
        let end = start.saturating_add(length);
        self.at = end.saturating_add(self.delimiter.len());
        Ok(Some(self.body.slice(start..end)))
    }
}

fn malformed(detail: &'static str) -> AppError {
    AppError::bad_request("invalid_multipart", detail)
}
