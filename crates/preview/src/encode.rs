//! PNG, held small.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageError};

use crate::canvas::Canvas;
use crate::{HEIGHT, WIDTH};

/// Bytes above which a picture loses its finest shades: a chat on a phone loads it.
const BYTES_MAX: usize = 250_000;

/// Bits of a colour that may go then.
const BITS_DROPPED_MAX: u32 = 4;

pub fn png(canvas: &Canvas) -> Result<Vec<u8>, ImageError> {
    let mut pixels = canvas.rgb();
    let mut file = encode(&pixels, CompressionType::Fast)?;
    for bits in 1..=BITS_DROPPED_MAX {
        if file.len() <= BYTES_MAX {
            break;
        }
        drop_bits(&mut pixels, bits);
        file = encode(&pixels, CompressionType::Default)?;
    }
    Ok(file)
}

/// To the nearest of the shades that are left; the brightest stays the brightest.
fn drop_bits(pixels: &mut [u8], bits: u32) {
    let (half, mask) = (1_u8 << (bits - 1), u8::MAX << bits);
    for value in pixels {
        *value = match value.saturating_add(half) & mask {
            top if top == mask => u8::MAX,
            shade => shade,
        };
    }
}

fn encode(pixels: &[u8], effort: CompressionType) -> Result<Vec<u8>, ImageError> {
    let mut file = Vec::new();
    let encoder = PngEncoder::new_with_quality(&mut file, effort, FilterType::Adaptive);
    let (width, height) = (WIDTH.into(), HEIGHT.into());
    encoder.write_image(pixels, width, height, ExtendedColorType::Rgb8)?;
    Ok(file)
}
