//! Scales a picture down to a maximum side length, keeping its aspect ratio.

use fast_image_resize::Resizer;
use image::DynamicImage;

use crate::Refusal;

/// Scales to at most `side_max` pixels per side; a picture that already fits is returned unchanged.
pub(crate) fn fit(image: DynamicImage, side_max: u32) -> Result<DynamicImage, Refusal> {
    let (width, height) = size_within(image.width(), image.height(), side_max);
    if (width, height) == (image.width(), image.height()) {
        return Ok(image);
    }
    let mut scaled = DynamicImage::new(width, height, image.color());
    // Fails only for pixel types unknown to the resizer, which our four decoders never produce.
    Resizer::new()
        .resize(&image, &mut scaled, None)
        .map_err(|_| Refusal::Unsupported)?;
    Ok(scaled)
}

fn size_within(width: u32, height: u32, side_max: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= side_max {
        return (width, height);
    }
    let scaled = |side: u32| {
        let rounded =
            (u64::from(side) * u64::from(side_max) + u64::from(longest) / 2) / u64::from(longest);
        u32::try_from(rounded).unwrap_or(side_max).max(1)
    };
    (scaled(width), scaled(height))
}

#[cfg(test)]
mod tests {
    use super::size_within;

    #[test]
    fn a_picture_that_fits_keeps_its_size() {
        assert_eq!(size_within(1600, 900, 1600), (1600, 900));
        assert_eq!(size_within(1, 1, 480), (1, 1));
    }

    #[test]
    fn the_longer_side_becomes_the_limit_and_the_other_follows() {
        assert_eq!(size_within(4000, 3000, 1600), (1600, 1200));
        assert_eq!(size_within(3000, 4000, 480), (360, 480));
        assert_eq!(size_within(1601, 1601, 1600), (1600, 1600));
    }

    #[test]
    fn a_thin_picture_keeps_at_least_one_pixel() {
        assert_eq!(size_within(50_000_000, 1, 1600), (1600, 1));
        assert_eq!(size_within(1, u32::MAX, 480), (1, 480));
    }
}
