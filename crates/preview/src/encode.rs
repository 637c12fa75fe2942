//! PNG encoding with a target size.

use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder, ImageError};

use crate::canvas::Canvas;
use crate::{HEIGHT, WIDTH};

/// Target size in bytes, since chats on phones load the image; above it, colour depth is reduced.
const BYTES_MAX: usize = 250_000;

/// Most bits dropped per colour channel; a file may then still exceed the target.
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

/// Rounds to the nearest remaining value; the highest one stays white.
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
