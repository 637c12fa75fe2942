//! The funding's picture within the preview.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use preview::{FundingCard, draw_funding};

use crate::{card, pixels};

const MIDDLE: (u32, u32) = (200, 200);

fn file(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    image.into().write_to(&mut file, format).unwrap();
    file.into_inner()
}

fn drawn(picture: Option<&[u8]>) -> RgbImage {
    let card = FundingCard { picture, ..card() };
    pixels(&draw_funding(None, &card).unwrap())
}

#[test]
fn a_picture_of_any_shape_covers_its_square() {
    for (width, height) in [(1_600, 400), (400, 1_600), (40, 40), (1, 1)] {
        let green = RgbImage::from_pixel(width, height, Rgb([0, 128, 0]));
        let picture = drawn(Some(&file(green, ImageFormat::Png)));
        for (x, y) in [MIDDLE, (40, 200), (360, 200), (200, 40), (200, 360)] {
            assert_eq!(picture.get_pixel(x, y).0, [0, 128, 0], "{width}×{height}");
        }
        assert_ne!(picture.get_pixel(37, 37).0, [0, 128, 0], "a rounded corner");
    }
}

#[test]
fn a_transparent_picture_shows_the_background() {
    let clear = RgbaImage::from_pixel(100, 100, Rgba([0, 0, 0, 0]));
    let picture = drawn(Some(&file(clear, ImageFormat::Png)));
    assert_eq!(picture.get_pixel(MIDDLE.0, MIDDLE.1).0, [0xfd, 0xe3, 0xec]);
}

#[test]
fn an_undecodable_picture_is_drawn_like_none() {
    let none = drawn(None);
    assert_eq!(drawn(Some(b"not a picture")), none);
    let whole = file(RgbImage::new(300, 300), ImageFormat::Jpeg);
    assert_eq!(drawn(Some(&whole[..40])), none);
}

#[test]
fn the_noisiest_picture_stays_below_300_kilobytes() {
    let mut state = 1_u32;
    let noise = RgbImage::from_fn(900, 900, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [_, red, green, blue] = state.to_le_bytes();
        Rgb([red, green, blue])
    });
    let picture = file(noise, ImageFormat::Jpeg);
    let picture = Some(&picture[..]);
    let file = draw_funding(None, &FundingCard { picture, ..card() }).unwrap();
    assert!(file.len() < 300_000, "{} bytes", file.len());
}
