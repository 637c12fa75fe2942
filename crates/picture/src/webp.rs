//! Walks a WebP's chunks before it is decoded: each must lie within the file, and none may claim
//! a canvas or a frame larger than we take. The decoder trusts both, and notices a frame that does not fit its canvas only
//! after it has been decoded. Source: the WebP container specification and RFC 6386, section 9.1.

use crate::{PIXELS_MAX, Refusal, pixel_count};

/// Bytes of an animation frame's header before its own chunks.
const FRAME_HEADER_BYTES: usize = 16;

/// Refuses a WebP that breaks off or whose frames are too large.
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
        // Chunks are padded to an even length; some writers leave out the very last padding byte.
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

/// A byte of flags, three reserved ones, then width and height less one, of 24 bits each.
fn canvas_size(body: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| {
        let [low, middle, high] = *body.get(at..)?.first_chunk::<3>()?;
        Some(u32::from_le_bytes([low, middle, high, 0]) + 1)
    };
    Some((side(4)?, side(7)?))
}

/// Three bytes of frame tag, three of start code, then width and height of 14 bits each.
fn lossy_size(body: &[u8]) -> Option<(u32, u32)> {
    let side = |at: usize| {
        let bytes = body.get(at..)?.first_chunk::<2>()?;
        Some(u32::from(u16::from_le_bytes(*bytes) & 0x3fff))
    };
    Some((side(6)?, side(8)?))
}

/// A signature byte, then width and height less one, of 14 bits each.
fn lossless_size(body: &[u8]) -> Option<(u32, u32)> {
    let bits = u32::from_le_bytes(*body.get(1..)?.first_chunk::<4>()?);
    Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
}

fn little_endian(bytes: &[u8]) -> Option<usize> {
    usize::try_from(u32::from_le_bytes(*bytes.first_chunk::<4>()?)).ok()
}
