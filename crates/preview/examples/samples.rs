//! Draws sample previews into a folder, for inspection: `cargo run -p preview --example samples -- FOLDER [PHOTO [FONT]]`.
//! One of them, `site.png`, is the web app's `assets/og.png`.

use std::path::PathBuf;

use preview::{Font, FundingCard, draw_funding, draw_site};

/// Title, percent, thousandths, collected, goal.
type Sample = (&'static str, &'static str, u16, &'static str, &'static str);

const SAMPLES: &[Sample] = &[
    ("자전거", "60%", 600, "60,000원", "100,000원"),
    (
        "민지의 생일 선물, 무선 헤드폰",
        "8%",
        83,
        "12,000원",
        "150,000원",
    ),
    (
        "올겨울을 함께 보낼 따뜻한 코트를 갖고 싶어요",
        "0%",
        0,
        "0원",
        "300,000원",
    ),
    (
        "졸업 기념으로 친구들과 함께 떠나는 제주도 한 달 살기 여행 경비를 조금씩 모아요",
        "124%",
        1_000,
        "12,400,000원",
        "10,000,000원",
    ),
    (
        "가나다라마바사아자차카타파하가나다라마바사아자차카타파하가나다라마바사아자차카타파하",
        "1000000%",
        1_000,
        "1,000,000,000원",
        "100,000원",
    ),
    (
        "A bicycle for riding along the Han River",
        "45%",
        450,
        "₩450,000",
        "₩1,000,000",
    ),
    (
        "🎁🎂 생일 \u{200b}축하👨‍👩‍👧해 주세요 שלום",
        "100%",
        1_000,
        "1,000원",
        "1,000원",
    ),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("missing argument: FOLDER")?);
    let photo = arguments.next().map(std::fs::read).transpose()?;
    let font = match arguments.next() {
        Some(file) => Font::from_file(file.as_ref())?,
        None => Font::from_system().ok_or("no system font with Hangul found")?,
    };
    for (number, (title, percent, thousandths, collected, goal)) in SAMPLES.iter().enumerate() {
        let goal = format!("목표 {goal}");
        let plain = FundingCard {
            title,
            byline: "민지 님의 펀딩",
            percent,
            thousandths: *thousandths,
            collected,
            goal: &goal,
            picture: None,
        };
        let picture = photo.as_deref();
        let with_photo = FundingCard { picture, ..plain };
        let files = [
            ("plain", draw_funding(Some(&font), &plain)?),
            ("photo", draw_funding(Some(&font), &with_photo)?),
            ("no-font", draw_funding(None, &with_photo)?),
        ];
        for (kind, file) in files {
            std::fs::write(folder.join(format!("{number}-{kind}.png")), file)?;
        }
    }
    let line = "정말 갖고 싶은 선물을 친구들과 함께 모아요.";
    std::fs::write(folder.join("site.png"), draw_site(Some(&font), line)?)?;
    Ok(())
}
