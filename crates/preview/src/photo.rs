//! The funding's picture: decoded and cropped to a square.

use image::imageops::FilterType;
use image::{ImageReader, Limits};
use std::io::Cursor;
use tiny_skia::{ColorU8, Pixmap};

/// Memory limit of decoding, in bytes: our own pictures have at most 1,600 by 1,600 pixels.
const DECODED_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The centre of the picture in `file`, scaled to `side` by `side` pixels; `None` when it can't be decoded.
pub fn square(file: &[u8], side: u16) -> Option<Pixmap> {
    let mut reader = ImageReader::new(Cursor::new(file))
        .with_guessed_format()
        .ok()?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(DECODED_BYTES_MAX);
    reader.limits(limits);
    let side = u32::from(side);
    let whole = reader.decode().ok()?;
    let image = whole.resize_to_fill(side, side, FilterType::CatmullRom);
    let mut photo = Pixmap::new(side, side)?;
    let pixels = image.to_rgba8();
    for (to, from) in photo.pixels_mut().iter_mut().zip(pixels.pixels()) {
        let [red, green, blue, alpha] = from.0;
        *to = ColorU8::from_rgba(red, green, blue, alpha).premultiply();
    }
    Some(photo)
}
