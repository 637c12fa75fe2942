//! Decodes a file: its size is checked first, memory is limited, and truncated files are refused.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageError, ImageReader, Limits};

use crate::sniff::Kind;
use crate::{PIXELS_MAX, Refusal, jpeg, pixel_count, webp};

/// Largest buffer of decoded pixels, in bytes: the largest picture at 8 bits per channel with alpha, or one of half as
/// many pixels at 16 bits per channel.
const DECODED_BYTES_MAX: u64 = PIXELS_MAX * 4;

/// Some encoders write this before the TIFF header in formats where it does not belong.
const EXIF_PREFIX: &[u8] = b"Exif\0\0";

/// Decodes a file (only the first frame of an animation); returns its pixels and their EXIF orientation.
pub(crate) fn decode(file: &[u8], kind: Kind) -> Result<(DynamicImage, Orientation), Refusal> {
    match kind {
        Kind::Jpeg => jpeg::check(file)?,
        Kind::WebP => webp::check(file)?,
        Kind::Png | Kind::Gif => {}
    }
    let mut reader = ImageReader::with_format(Cursor::new(file), kind.format());
    reader.limits(limits());
    let mut decoder = reader.into_decoder().map_err(refusal)?;
    let (width, height) = decoder.dimensions();
    if width == 0 || height == 0 {
        return Err(Refusal::Broken);
    }
    if pixel_count(width, height) > PIXELS_MAX || decoder.total_bytes() > DECODED_BYTES_MAX {
        return Err(Refusal::TooLarge);
    }
    let orientation = orientation(&mut decoder);
    let image = DynamicImage::from_decoder(decoder).map_err(refusal)?;
    Ok((image, orientation))
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    limits
}

/// The EXIF orientation; a picture with unreadable metadata is not rotated.
fn orientation(decoder: &mut impl ImageDecoder) -> Orientation {
    let exif = decoder.exif_metadata().ok().flatten().unwrap_or_default();
    let tiff = exif.strip_prefix(EXIF_PREFIX).unwrap_or(&exif);
    Orientation::from_exif_chunk(tiff).unwrap_or(Orientation::NoTransforms)
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "used as a function for map_err"
)]
fn refusal(error: ImageError) -> Refusal {
    match error {
        ImageError::Limits(_) => Refusal::TooLarge,
        _ => Refusal::Broken,
    }
}
