//! Checks the chunks of a WebP before decoding: each must lie within the file, and no canvas or frame may exceed
//! [`PIXELS_MAX`]. The decoder trusts both, and detects a frame larger than its canvas only after decoding it.
//! Source: the WebP container specification and RFC 6386, section 9.1.

use crate::{PIXELS_MAX, Refusal, pixel_count};

/// Length of an animation frame's header, in bytes; its own chunks follow.
const FRAME_HEADER_BYTES: usize = 16;

/// Refuses a WebP that is truncated or whose frames are too large.
pub(crate) fn check(file: &[u8]) -> Result<(), Refusal> {
    let length = file
        .get(4..8)
        .and_then(little_endian)
        .ok_or(Refusal::Broken)?;
    let chunks = file
        .get(8..)
        .and_then(|rest| rest.get(..length))
        .ok_or(Refusal::Broken)?;
    walk(chunks.strip_prefix(b"WEBP").ok_or(Refusal::Broken)?, true)
}

fn walk(chunks: &[u8], top_level: bool) -> Result<(), Refusal> {
    let mut rest = chunks;
    while !rest.is_empty() {
        let (name, after) = rest.split_first_chunk::<4>().ok_or(Refusal::Broken)?;
        let length = after
            .get(..4)
            .and_then(little_endian)
            .ok_or(Refusal::Broken)?;
        let body = after
            .get(4..)
            .and_then(|body| body.get(..length))
            .ok_or(Refusal::Broken)?;
        match name {
            b"VP8X" => check_size(canvas_size(body))?,
            b"VP8 " => check_size(lossy_size(body))?,
            b"VP8L" => check_size(lossless_size(body))?,
            b"ANMF" if top_level => {
                walk(
                    body.get(FRAME_HEADER_BYTES..).ok_or(Refusal::Broken)?,
                    false,
                )?;
            }
            _ => {}
        }
        // Chunks are padded to an even length; some encoders omit the last padding byte of the file.
        rest = after.get(4 + length + length % 2..).unwrap_or_default();
    }
    Ok(())
}

fn check_size(size: Option<(u32, u32)>) -> Result<(), Refusal> {
    let (width, height) = size.ok_or(Refusal::Broken)?;
    if pixel_count(width, height) > PIXELS_MAX {
        Err(Refusal::TooLarge)
    } else {
        Ok(())
    }
}

/// One byte of flags, three reserved bytes, then width minus one and height minus one, 24 bits each.
fn canvas_size(body: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| {
        let [low, middle, high] = *body.get(at..)?.first_chunk::<3>()?;
        Some(u32::from_le_bytes([low, middle, high, 0]) + 1)
    };
    Some((side(4)?, side(7)?))
}

/// Three bytes of frame tag, three of start code, then width and height, 14 bits each.
fn lossy_size(body: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| {
        let bytes = body.get(at..)?.first_chunk::<2>()?;
        Some(u32::from(u16::from_le_bytes(*bytes) & 0x3fff))
    };
    Some((side(6)?, side(8)?))
}

/// One signature byte, then width minus one and height minus one, 14 bits each.
fn lossless_size(body: &[u8]) -> Option<(u32, u32)> {
    let bits = u32::from_le_bytes(*body.get(1..)?.first_chunk::<4>()?);
    Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
}

fn little_endian(bytes: &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(*bytes.first_chunk::<4>()?)).ok()
}
