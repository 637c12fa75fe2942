//! Link previews, checked by their pixels.
#![expect(clippy::unwrap_used, reason = "a failed step fails the test")]

mod drawing;
mod fonts;
mod photos;

use image::RgbImage;
use preview::{Font, FundingCard};

/// `scripts/install-tools` installs a font; without one, these tests fail.
fn font() -> Font {
    Font::from_system().expect("a system font with Hangul (scripts/install-tools)")
}

fn card() -> FundingCard<'static> {
    FundingCard {
        title: "민지의 생일 선물",
        byline: "민지 님의 펀딩",
        percent: "60%",
        thousandths: 600,
        collected: "60,000원",
        goal: "목표 100,000원",
        picture: None,
    }
}

fn pixels(file: &[u8]) -> RgbImage {
    let format = image::ImageFormat::Png;
    image::load_from_memory_with_format(file, format)
        .unwrap()
        .into_rgb8()
}

/// Number of pixels as dark as text.
fn ink(picture: &RgbImage) -> usize {
    let dark = |pixel: &&image::Rgb<u8>| pixel.0.iter().all(|value| *value < 0x40);
    picture.pixels().filter(dark).count()
}
