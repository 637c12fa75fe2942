//! Input and output formats, sizes, and the removal of metadata.

use image::{DynamicImage, ImageFormat};
use picture::{Format, process};

use crate::samples::{
    BLUE, CLEAR, GREEN, RED, WHITE, decoded, file, gif, opaque, png_chunk, quadrants, similar,
    transparent,
};

#[test]
fn an_opaque_picture_of_any_format_becomes_a_jpeg() {
    let image = opaque(60, 40);
    let files = [
        file(&image, ImageFormat::Png),
        file(&image, ImageFormat::Jpeg),
        file(&image, ImageFormat::WebP),
        gif(&[image]),
    ];
    for upload in files {
        let picture = process(&upload).unwrap();
        assert_eq!(picture.full.format, Format::Jpeg);
        assert_eq!((picture.full.width, picture.full.height), (60, 40));
        let pixels = decoded(&picture.full).to_rgba8();
        for (x, y, color) in [(9, 9, RED), (49, 9, GREEN), (9, 29, BLUE), (49, 29, WHITE)] {
            assert!(similar(pixels.get_pixel(x, y).0, color), "{x},{y}");
        }
    }
}

#[test]
fn transparency_is_kept_as_png() {
    let image = transparent(60, 40);
    for upload in [
        file(&image, ImageFormat::Png),
        file(&image, ImageFormat::WebP),
        gif(std::slice::from_ref(&image)),
    ] {
        let picture = process(&upload).unwrap();
        assert_eq!(picture.full.format, Format::Png);
        let pixels = decoded(&picture.full).to_rgba8();
        assert_eq!(pixels.get_pixel(49, 9).0[3], 0);
        assert_eq!(pixels.get_pixel(9, 9).0, RED);
    }
}

#[test]
fn an_opaque_picture_with_an_alpha_channel_becomes_a_jpeg() {
    let image = quadrants(60, 40, [RED, GREEN, BLUE, WHITE]);
    assert!(image.color().has_alpha());
    let picture = process(&file(&image, ImageFormat::Png)).unwrap();
    assert_eq!(picture.full.format, Format::Jpeg);
}

#[test]
fn greyscale_and_16_bit_pictures_are_decoded() {
    let image = opaque(60, 40);
    for variant in [
        DynamicImage::ImageLuma8(image.to_luma8()),
        DynamicImage::ImageLumaA8(image.to_luma_alpha8()),
        DynamicImage::ImageLuma16(image.to_luma16()),
        DynamicImage::ImageRgb16(image.to_rgb16()),
        DynamicImage::ImageRgba16(image.to_rgba16()),
    ] {
        let picture = process(&file(&variant, ImageFormat::Png)).unwrap();
        assert_eq!(picture.full.format, Format::Jpeg, "{:?}", variant.color());
    }
    let large = DynamicImage::ImageRgb16(opaque(2000, 10).to_rgb16());
    assert_eq!(
        process(&file(&large, ImageFormat::Png)).unwrap().full.width,
        1600
    );
}

#[test]
fn the_first_frame_of_an_animated_gif_is_used() {
    let first = quadrants(20, 20, [RED; 4]);
    let second = quadrants(20, 20, [BLUE; 4]);
    let picture = process(&gif(&[first, second])).unwrap();
    assert!(similar(
        decoded(&picture.full).to_rgba8().get_pixel(10, 10).0,
        RED
    ));
}

#[test]
fn large_pictures_are_scaled_to_both_sizes() {
    for ((width, height), full, small) in [
        ((2400, 1200), (1600, 800), (480, 240)),
        ((1200, 2400), (800, 1600), (240, 480)),
        ((1000, 500), (1000, 500), (480, 240)),
        ((300, 200), (300, 200), (300, 200)),
        ((5000, 1), (1600, 1), (480, 1)),
    ] {
        let picture = process(&file(&opaque(width, height), ImageFormat::Jpeg)).unwrap();
        assert_eq!((picture.full.width, picture.full.height), full);
        assert_eq!((picture.small.width, picture.small.height), small);
        for rendition in [&picture.full, &picture.small] {
            let image = decoded(rendition);
            assert_eq!(
                (image.width(), image.height()),
                (rendition.width, rendition.height)
            );
        }
    }
}

#[test]
fn scaling_keeps_colours_and_transparency() {
    let upload = file(&transparent(1000, 1000), ImageFormat::Png);
    let pixels = decoded(&process(&upload).unwrap().small).to_rgba8();
    assert_eq!(pixels.get_pixel(100, 100).0, RED);
    assert_eq!(pixels.get_pixel(380, 100).0, CLEAR);
    assert_eq!(pixels.get_pixel(380, 380).0, WHITE);
}

#[test]
fn text_hidden_in_the_file_is_removed() {
    let note = b"Comment\0taken at home";
    let jpeg = file(&opaque(20, 20), ImageFormat::Jpeg);
    let comment = [b"\xff\xfe\x00\x17".as_slice(), note].concat();
    let png = file(&transparent(20, 20), ImageFormat::Png);
    let chunk = png_chunk(b"tEXt", note);
    for upload in [
        [&jpeg[..2], &comment, &jpeg[2..]].concat(),
        // After the signature of 8 bytes and the header chunk of 25.
        [&png[..33], &chunk, &png[33..]].concat(),
        [&png[..], b"taken at home"].concat(),
    ] {
        assert!(contains(&upload, b"taken at home"));
        let picture = process(&upload).unwrap();
        for rendition in [picture.full, picture.small] {
            assert!(!contains(&rendition.bytes, b"taken at home"));
        }
    }
}

#[test]
fn formats_have_extension_and_content_type() {
    assert_eq!(
        (Format::Jpeg.extension(), Format::Jpeg.content_type()),
        ("jpg", "image/jpeg")
    );
    assert_eq!(
        (Format::Png.extension(), Format::Png.content_type()),
        ("png", "image/png")
    );
}

pub fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
