//! Turns untrusted uploads into safe pictures.
//!
//! The format is detected from the content, the size checked before decoding, and the picture decoded within a
//! memory limit, rotated upright, scaled and re-encoded, so that nothing of the original file remains but its pixels.

mod decode;
mod encode;
mod jpeg;
mod scale;
mod sniff;
mod webp;

use std::panic::catch_unwind;

use image::{DynamicImage, RgbImage};

/// Largest upload accepted, in bytes.
pub const UPLOAD_BYTES_MAX: usize = 10 * 1024 * 1024;

/// Largest picture accepted, in pixels.
pub const PIXELS_MAX: u64 = 50_000_000;

/// Longer side of [`Picture::full`], in pixels.
const FULL_SIDE_MAX: u32 = 1600;

/// Longer side of [`Picture::small`], in pixels.
const SMALL_SIDE_MAX: u32 = 480;

/// The two renditions of one upload. A picture is never enlarged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// At most 1,600 pixels on the longer side.
    pub full: Rendition,
    /// At most 480 pixels on the longer side.
    pub small: Rendition,
}

/// One encoded picture, without metadata.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendition {
    /// The encoded file.
    pub bytes: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The file format.
    pub format: Format,
}

impl std::fmt::Debug for Rendition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rendition")
            .field("bytes", &self.bytes.len())
            .field("width", &self.width)
            .field("height", &self.height)
            .field("format", &self.format)
            .finish()
    }
}

/// The formats that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For opaque pictures.
    Jpeg,
    /// For pictures with transparent pixels.
    Png,
}

impl Format {
    /// The file name extension, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    /// The value of the `Content-Type` header.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// Why an upload is refused. The message tells the sender what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Too many bytes or too many pixels.
    #[error("the picture is too large: send at most 10 MB and 50 megapixels")]
    TooLarge,
    /// HEIC, HEIF or AVIF.
    #[error("HEIC and AVIF pictures cannot be read: send it as JPEG or PNG")]
    Heic,
    /// The content has none of the supported formats, whatever the file's name.
    #[error("the file is no picture we can read: send a JPEG, PNG, WebP or GIF")]
    Unsupported,
    /// Truncated or corrupt.
    #[error("the picture is damaged or incomplete: export it again and send that")]
    Broken,
}

/// Creates the two renditions of an upload. Blocks for up to a second and uses some hundred megabytes for the largest
/// pictures: call it outside the async executor, with bounded concurrency.
///
/// # Errors
/// [`Refusal`]
pub fn process(upload: &[u8]) -> Result<Picture, Refusal> {
    if upload.len() > UPLOAD_BYTES_MAX {
        return Err(Refusal::TooLarge);
    }
    let kind = sniff::detect(upload)?;
    // A panic of a decoder on malicious bytes must not abort the request.
    catch_unwind(|| render(upload, kind)).unwrap_or(Err(Refusal::Broken))
}

/// Creates the two renditions of raw pixels: rows from the top, three bytes (red, green, blue) per pixel.
///
/// # Errors
/// [`Refusal::Broken`] when there are not `width` times `height` pixels.
pub fn from_rgb(width: u32, height: u32, pixels: Vec<u8>) -> Result<Picture, Refusal> {
    let image = RgbImage::from_raw(width, height, pixels).ok_or(Refusal::Broken)?;
    renditions(scale::fit(image.into(), FULL_SIDE_MAX)?)
}

fn render(upload: &[u8], kind: sniff::Kind) -> Result<Picture, Refusal> {
    let (image, orientation) = decode::decode(upload, kind)?;
    let mut image = scale::fit(image, FULL_SIDE_MAX)?;
    // Rotated after scaling, when fewer pixels are left.
    image.apply_orientation(orientation);
    renditions(image)
}

fn renditions(image: DynamicImage) -> Result<Picture, Refusal> {
    let full = encode::encode(&image)?;
    let small = if image.width().max(image.height()) <= SMALL_SIDE_MAX {
        full.clone()
    } else {
        encode::encode(&scale::fit(image, SMALL_SIDE_MAX)?)?
    };
    Ok(Picture { full, small })
}

/// Width times height; the product of two `u32` cannot overflow.
fn pixel_count(width: u32, height: u32) -> u64 {
    u64::from(width) * u64::from(height)
}

/// Whether any pixel is not fully opaque.
fn is_transparent(image: &DynamicImage) -> bool {
    image.color().has_alpha() && image.to_rgba8().pixels().any(|pixel| pixel.0[3] < u8::MAX)
}
