//! Sample uploads: encoded pictures, and files with forged headers.

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageFormat, Rgba, RgbaImage};
use picture::Rendition;

pub const RED: [u8; 4] = [255, 0, 0, 255];
pub const GREEN: [u8; 4] = [0, 255, 0, 255];
pub const BLUE: [u8; 4] = [0, 0, 255, 255];
pub const WHITE: [u8; 4] = [255, 255, 255, 255];
pub const CLEAR: [u8; 4] = [0, 0, 0, 0];

/// Four quadrants: top left, top right, bottom left, bottom right.
pub fn quadrants(width: u32, height: u32, colors: [[u8; 4]; 4]) -> DynamicImage {
    let image = RgbaImage::from_fn(width, height, |x, y| {
        let right = usize::from(x >= width / 2);
        let below = usize::from(y >= height / 2);
        Rgba(colors[2 * below + right])
    });
    DynamicImage::ImageRgba8(image)
}

pub fn opaque(width: u32, height: u32) -> DynamicImage {
    DynamicImage::ImageRgb8(quadrants(width, height, [RED, GREEN, BLUE, WHITE]).to_rgb8())
}

pub fn transparent(width: u32, height: u32) -> DynamicImage {
    quadrants(width, height, [RED, CLEAR, BLUE, WHITE])
}

pub fn file(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A GIF with one frame per picture.
pub fn gif(frames: &[DynamicImage]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = GifEncoder::new(&mut bytes);
    encoder
        .encode_frames(frames.iter().map(|frame| Frame::new(frame.to_rgba8())))
        .unwrap();
    drop(encoder);
    bytes
}

/// One small file of each format.
pub fn one_of_each() -> [Vec<u8>; 4] {
    let image = transparent(24, 16);
    [
        file(&image, ImageFormat::Png),
        file(&opaque(24, 16), ImageFormat::Jpeg),
        file(&image, ImageFormat::WebP),
        gif(&[image]),
    ]
}

pub fn decoded(rendition: &Rendition) -> DynamicImage {
    image::load_from_memory(&rendition.bytes).unwrap()
}

/// Whether two colours are equal up to JPEG artefacts.
pub fn similar(one: [u8; 4], other: [u8; 4]) -> bool {
    one.iter().zip(other).all(|(a, b)| a.abs_diff(b) < 40)
}

/// A PNG chunk with its checksum.
pub fn png_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let named = [name.as_slice(), body].concat();
    let length = u32::try_from(body.len()).unwrap();
    [
        length.to_be_bytes().as_slice(),
        &named,
        &crc32(&named).to_be_bytes(),
    ]
    .concat()
}

/// A WebP of these chunks.
pub fn webp(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let body: Vec<u8> = chunks
        .iter()
        .flat_map(|(name, body)| riff_chunk(name, body))
        .collect();
    riff_chunk(b"RIFF", &[b"WEBP".as_slice(), &body].concat())
}

pub fn riff_chunk(name: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap();
    let padding = if body.len().is_multiple_of(2) {
        &[][..]
    } else {
        &[0][..]
    };
    [name.as_slice(), &length.to_le_bytes(), body, padding].concat()
}

/// The checksum of PNG (its specification, annex D).
fn crc32(bytes: &[u8]) -> u32 {
    let step = |crc: u32, byte: &u8| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                0xedb8_8320 ^ (crc >> 1)
            } else {
                crc >> 1
            }
        })
    };
    !bytes.iter().fold(u32::MAX, step)
}
