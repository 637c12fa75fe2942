//! Checks the markers of a JPEG before decoding. The decoder would fill missing data with grey instead of failing, and
//! spend time on every declared scan; both are refused here.

use crate::Refusal;

/// Scans accepted. Progressive files have about ten; each costs a pass over the whole picture.
const SCANS_MAX: usize = 32;

const END_OF_IMAGE: u8 = 0xd9;
const START_OF_SCAN: u8 = 0xda;

/// Refuses a JPEG that is truncated before its end marker, or has far too many scans.
pub(crate) fn check(file: &[u8]) -> Result<(), Refusal> {
    let mut rest = file.strip_prefix(b"\xff\xd8").ok_or(Refusal::Broken)?;
    let mut scans = 0;
    loop {
        let (marker, after) = next_marker(rest).ok_or(Refusal::Broken)?;
        match marker {
            END_OF_IMAGE if scans > 0 => return Ok(()),
            END_OF_IMAGE => return Err(Refusal::Broken),
            START_OF_SCAN => scans += 1,
            _ => {}
        }
        if scans > SCANS_MAX {
            return Err(Refusal::Broken);
        }
        rest = after_segment(after).ok_or(Refusal::Broken)?;
    }
}

/// The next marker that is neither byte stuffing nor a restart marker, and the bytes after it.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let mut rest = bytes;
    loop {
        let at = rest.iter().position(|byte| *byte == 0xff)?;
        let (code, after) = rest.get(at + 1..)?.split_first()?;
        match code {
            // A stuffed byte of the entropy-coded data, or a marker without a segment.
            0x00 | 0x01 | 0xd0..=0xd7 => rest = after,
            // A fill byte: the next byte may be the start of the actual marker.
            0xff => rest = rest.get(at + 1..)?,
            _ => return Some((*code, after)),
        }
    }
}

/// Skips a segment; its length field includes its own two bytes.
fn after_segment(bytes: &[u8]) -> Option<&[u8]> {
    let (length, _) = bytes.split_first_chunk::<2>()?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length < 2 {
        None
    } else {
        bytes.get(length..)
    }
}
