//! The layout of previews.

use image::Rgb;
use preview::{FundingCard, HEIGHT, WIDTH, draw_funding, draw_site};

use crate::{card, font, ink, pixels};

const PAPER: Rgb<u8> = Rgb([0xff, 0xf7, 0xf8]);
const ACCENT: Rgb<u8> = Rgb([0xb3, 0x18, 0x4e]);

#[test]
fn a_funding_and_the_site_are_drawn_800_by_400() {
    let font = font();
    let funding = draw_funding(Some(&font), &card()).unwrap();
    let site = draw_site(Some(&font), "친구들과 함께").unwrap();
    for file in [funding, site] {
        assert!(file.len() < 100_000, "{} bytes", file.len());
        let picture = pixels(&file);
        assert_eq!(picture.dimensions(), (WIDTH.into(), HEIGHT.into()));
        assert!(ink(&picture) > 500, "there is text");
    }
}

#[test]
fn without_a_font_the_same_image_is_drawn_without_text() {
    let bare = pixels(&draw_funding(None, &card()).unwrap());
    let whole = pixels(&draw_funding(Some(&font()), &card()).unwrap());
    assert_eq!(ink(&bare), 0);
    let left =
        |picture: &image::RgbImage| image::imageops::crop_imm(picture, 0, 0, 400, 400).to_image();
    assert_eq!(left(&bare), left(&whole), "the picture's half");
    assert!(bare.pixels().any(|pixel| *pixel == ACCENT), "logo and bar");
}

#[test]
fn characters_missing_in_the_font_are_omitted() {
    let font = font();
    let draw = |title| draw_funding(Some(&font), &FundingCard { title, ..card() }).unwrap();
    let plain = draw("생일 축하");
    assert_eq!(draw("생일 🎁🎂 축하👨‍👩‍👧"), plain);
    assert_eq!(
        draw("\u{202e}생\u{200b}일\u{2068} \u{fe0f}축하\u{feff}\u{e000}"),
        plain
    );
    assert_eq!(draw("🎁"), draw(""));
}

#[test]
fn a_text_of_any_length_stays_in_its_column() {
    let font = font();
    let endless = "가나다라".repeat(200);
    let words = "아주 긴 소원 ".repeat(100);
    let wide = "W".repeat(50);
    for text in [
        endless.as_str(),
        &words,
        &wide,
        "שלום",
        "e\u{301}\u{301}",
        " ",
        "\u{0}\n",
    ] {
        let card = FundingCard {
            title: text,
            byline: text,
            percent: "9223372036854775807%",
            collected: "9,223,372,036,854,775,807원",
            goal: text,
            ..card()
        };
        let picture = pixels(&draw_funding(Some(&font), &card).unwrap());
        for x in [384, 392, 782, 799] {
            for y in 0..400 {
                assert_eq!(*picture.get_pixel(x, y), PAPER, "{text:?} at {x}, {y}");
            }
        }
    }
}

#[test]
fn the_length_of_the_bar_is_proportional() {
    let filled = |thousandths| {
        let card = FundingCard {
            thousandths,
            ..card()
        };
        let picture = pixels(&draw_funding(None, &card).unwrap());
        let row = (404..764).map(|x| *picture.get_pixel(x, 319));
        row.filter(|pixel| *pixel == ACCENT).count()
    };
    assert_eq!(filled(0), 0);
    assert!((170..=181).contains(&filled(500)), "{}", filled(500));
    assert_eq!(filled(1_000), filled(60_000), "full and not beyond");
    assert!(filled(1_000) > 350);
}
