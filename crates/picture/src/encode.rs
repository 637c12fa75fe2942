//! Encodes pixels, without any metadata.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{DynamicImage, ExtendedColorType, ImageEncoder};

use crate::{Format, Refusal, Rendition, is_transparent};

/// High enough that recompression artefacts of a photo are not visible.
const JPEG_QUALITY: u8 = 85;

/// Encodes an opaque picture as JPEG, one with transparency as PNG.
pub(crate) fn encode(image: &DynamicImage) -> Result<Rendition, Refusal> {
    let (width, height) = (image.width(), image.height());
    let mut bytes = Vec::new();
    let (format, written) = if is_transparent(image) {
        let encoder = PngEncoder::new(&mut bytes);
        let pixels = image.to_rgba8();
        (
            Format::Png,
            encoder.write_image(&pixels, width, height, ExtendedColorType::Rgba8),
        )
    } else {
        let pixels = image.to_rgb8();
        let encoder = JpegEncoder::new_with_quality(&mut bytes, JPEG_QUALITY);
        (
            Format::Jpeg,
            encoder.write_image(&pixels, width, height, ExtendedColorType::Rgb8),
        )
    };
    written.map_err(|_| Refusal::Broken)?;
    Ok(Rendition {
        bytes,
        width,
        height,
        format,
    })
}
