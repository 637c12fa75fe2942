//! Detects a file's format from its first bytes. File name and content type are untrusted and ignored.

use image::ImageFormat;

use crate::Refusal;

/// Brands of the HEIF family, which phones produce: HEIC (HEVC) and AVIF (AV1), stills and sequences.
/// Source: ISO/IEC 23008-12, and the AV1 Image File Format specification.
const HEIF_BRANDS: [&[u8; 4]; 12] = [
    b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1",
    b"avif", b"avis",
];

/// Brands checked in one `ftyp` box; real files list a handful.
const BRANDS_MAX: usize = 16;

/// A supported input format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Png,
    Jpeg,
    Gif,
    WebP,
}

impl Kind {
    pub(crate) const fn format(self) -> ImageFormat {
        match self {
            Self::Png => ImageFormat::Png,
            Self::Jpeg => ImageFormat::Jpeg,
            Self::Gif => ImageFormat::Gif,
            Self::WebP => ImageFormat::WebP,
        }
    }
}

/// Detects the format of a file.
pub(crate) fn detect(file: &[u8]) -> Result<Kind, Refusal> {
    if file.starts_with(b"\x89PNG\r\n\x1a\n") {
        Ok(Kind::Png)
    } else if file.starts_with(b"\xff\xd8\xff") {
        Ok(Kind::Jpeg)
    } else if file.starts_with(b"GIF87a") || file.starts_with(b"GIF89a") {
        Ok(Kind::Gif)
    } else if file.starts_with(b"RIFF") && file.get(8..12) == Some(b"WEBP") {
        Ok(Kind::WebP)
    } else if is_heif(file) {
        Err(Refusal::Heic)
    } else {
        Err(Refusal::Unsupported)
    }
}

/// Whether an ISO media file has a HEIF brand. It begins with a box: four bytes of length, `ftyp`, major brand,
/// version, compatible brands.
fn is_heif(file: &[u8]) -> bool {
    let Some((length, rest)) = file.split_first_chunk::<4>() else {
        return false;
    };
    let Some(brands) = rest.strip_prefix(b"ftyp") else {
        return false;
    };
    let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
    let brands = brands.get(..length.saturating_sub(8)).unwrap_or(brands);
    brands
        .chunks_exact(4)
        .take(BRANDS_MAX)
        .any(|brand| HEIF_BRANDS.iter().any(|known| known.as_slice() == brand))
}
