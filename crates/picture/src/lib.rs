//! Hostile picture in, safe picture out.
//!
//! An upload is recognised by its content, measured before it is decoded, decoded within a memory limit,
//! turned upright, scaled, and encoded anew, so that nothing of the original file survives but its pixels.

mod decode;
mod encode;
mod jpeg;
mod scale;
mod sniff;
mod webp;

use std::panic::catch_unwind;

use image::{DynamicImage, RgbImage};

/// Largest upload taken, in bytes.
pub const UPLOAD_BYTES_MAX: usize = 10 * 1024 * 1024;

/// Largest picture taken, in pixels.
pub const PIXELS_MAX: u64 = 50_000_000;

/// Largest side of [`Picture::full`], in pixels.
const FULL_SIDE_MAX: u32 = 1600;

/// Largest side of [`Picture::small`], in pixels.
const SMALL_SIDE_MAX: u32 = 480;

/// The two sizes made of one upload. A picture is never enlarged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// At most 1,600 pixels on the largest side.
    pub full: Rendition,
    /// At most 480 pixels on the largest side.
    pub small: Rendition,
}

/// One encoded picture, free of metadata.
#[derive(Clone, PartialEq, Eq)]
pub struct Rendition {
    /// The file.
    pub bytes: Vec<u8>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// What the file is.
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

/// The formats we write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// For opaque pictures.
    Jpeg,
    /// For pictures that are transparent somewhere.
    Png,
}

impl Format {
    /// For the file's name, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }

    /// For the `Content-Type` header.
    #[must_use]
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
        }
    }
}

/// Why an upload is not taken. The text says what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Too many bytes or too many pixels.
    #[error("the picture is too large: send at most 10 MB and 50 megapixels")]
    TooLarge,
    /// HEIC, HEIF or AVIF.
    #[error("HEIC and AVIF pictures cannot be read: send it as JPEG or PNG")]
    Heic,
    /// By its content none of the formats we read, whatever its name says.
    #[error("the file is no picture we can read: send a JPEG, PNG, WebP or GIF")]
    Unsupported,
    /// Truncated or corrupt.
    #[error("the picture is damaged or incomplete: export it again and send that")]
    Broken,
}

/// Makes the two renditions of an upload. Takes up to a second and some hundred megabytes for the largest
/// pictures: run it off the asynchronous threads, and only a few at once.
///
/// # Errors
/// [`Refusal`]
pub fn process(upload: &[u8]) -> Result<Picture, Refusal> {
    if upload.len() > UPLOAD_BYTES_MAX {
        return Err(Refusal::TooLarge);
    }
    let kind = sniff::detect(upload)?;
    // A decoder that panics on hostile bytes must not take the request with it.
    catch_unwind(|| render(upload, kind)).unwrap_or(Err(Refusal::Broken))
}

/// Makes the two renditions of pixels of our own: rows from the top, three bytes (red, green, blue) a pixel.
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
    // Turned after scaling, when there is little left to turn.
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

/// Width times height, which cannot overflow 64 bits.
fn pixel_count(width: u32, height: u32) -> u64 {
    u64::from(width) * u64::from(height)
}

/// Whether any pixel lets the background through.
fn is_transparent(image: &DynamicImage) -> bool {
    image.color().has_alpha() && image.to_rgba8().pixels().any(|pixel| pixel.0[3] < u8::MAX)
}
