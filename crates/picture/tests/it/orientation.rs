//! The EXIF orientation of cameras is applied to the pixels, and the EXIF data removed.

use image::codecs::png::PngEncoder;
use image::codecs::webp::WebPEncoder;
use image::{DynamicImage, ImageEncoder, ImageFormat};
use picture::process;

use crate::formats::contains;
use crate::samples::{BLUE, GREEN, RED, WHITE, decoded, file, opaque, similar};

/// The quadrants (red, green / blue, white) after applying EXIF orientations 1 to 8.
const UPRIGHT: [[[u8; 4]; 4]; 8] = [
    [RED, GREEN, BLUE, WHITE],
    [GREEN, RED, WHITE, BLUE],
    [WHITE, BLUE, GREEN, RED],
    [BLUE, WHITE, RED, GREEN],
    [RED, BLUE, GREEN, WHITE],
    [BLUE, RED, WHITE, GREEN],
    [WHITE, GREEN, BLUE, RED],
    [GREEN, WHITE, RED, BLUE],
];

/// A big-endian TIFF header with one directory of one entry: tag 0x0112, a short.
fn exif(orientation: u8) -> Vec<u8> {
    let mut tiff = b"MM\0\x2a\0\0\0\x08\0\x01".to_vec();
    tiff.extend_from_slice(b"\x01\x12\0\x03\0\0\0\x01\0");
    tiff.extend_from_slice(&[orientation, 0, 0, 0, 0, 0, 0]);
    tiff
}

fn jpeg_with(orientation: u8, image: &DynamicImage) -> Vec<u8> {
    let jpeg = file(image, ImageFormat::Jpeg);
    let body = [b"Exif\0\0".as_slice(), &exif(orientation)].concat();
    let length = u16::try_from(body.len() + 2).unwrap().to_be_bytes();
    [&jpeg[..2], b"\xff\xe1", &length, &body, &jpeg[2..]].concat()
}

fn assert_upright(upload: &[u8], orientation: u8) {
    let picture = process(upload).unwrap();
    let expected = UPRIGHT[usize::from(orientation) - 1];
    let size = if orientation <= 4 { (60, 40) } else { (40, 60) };
    let full = picture.full;
    assert_eq!((full.width, full.height), size, "orientation {orientation}");
    let pixels = decoded(&full).to_rgba8();
    let (right, below) = (full.width * 3 / 4, full.height * 3 / 4);
    let (left, above) = (full.width / 4, full.height / 4);
    let points = [(left, above), (right, above), (left, below), (right, below)];
    for ((x, y), color) in points.into_iter().zip(expected) {
        assert!(
            similar(pixels.get_pixel(x, y).0, color),
            "orientation {orientation} at {x},{y}"
        );
    }
    assert!(!contains(&full.bytes, b"Exif") && !contains(&full.bytes, b"MM\0\x2a"));
}

#[test]
fn every_orientation_of_a_jpeg_is_applied_and_its_exif_removed() {
    for orientation in 1..=8 {
        assert_upright(&jpeg_with(orientation, &opaque(60, 40)), orientation);
    }
}

#[test]
fn the_orientation_of_png_and_webp_is_applied_too() {
    let image = opaque(60, 40);
    let color = image.color().into();
    for note in [exif(6), [b"Exif\0\0".as_slice(), &exif(6)].concat()] {
        let mut webp = Vec::new();
        let mut encoder = WebPEncoder::new_lossless(&mut webp);
        encoder.set_exif_metadata(note).unwrap();
        encoder
            .write_image(image.as_bytes(), 60, 40, color)
            .unwrap();
        assert_upright(&webp, 6);
    }
    let mut png = Vec::new();
    let mut encoder = PngEncoder::new(&mut png);
    encoder.set_exif_metadata(exif(6)).unwrap();
    encoder
        .write_image(image.as_bytes(), 60, 40, color)
        .unwrap();
    assert_upright(&png, 6);
}

#[test]
fn an_invalid_orientation_is_ignored() {
    for orientation in [0, 9, 255] {
        let picture = process(&jpeg_with(orientation, &opaque(60, 40))).unwrap();
        assert_eq!((picture.full.width, picture.full.height), (60, 40));
    }
}

#[test]
fn a_large_rotated_picture_is_scaled_by_its_longer_side() {
    let picture = process(&jpeg_with(6, &opaque(2000, 1000))).unwrap();
    assert_eq!((picture.full.width, picture.full.height), (800, 1600));
    assert_eq!((picture.small.width, picture.small.height), (240, 480));
}
