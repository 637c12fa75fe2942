//! `/styleguide`, in dev only: all components of the pages, in the selected theme.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;

use crate::fundings::pages::CardView;
use crate::identity::Visitor;
use crate::site::{Face, Form, Shell, Tab, Texts, page};
use crate::state::AppState;
use web::{AppError, Routes};

/// The style sheet that defines the colours, so that the swatches match the pages.
const TOKENS: &str = include_str!("../assets/css/tokens.css");

/// The icons, one symbol each.
const SPRITE: &str = include_str!("../assets/icons/sprite.svg");

/// Foreground and background colours by name, and their minimum contrast ratio times 100 (WCAG 2.2, 1.4.3 and 1.4.11:
/// 4.5 for text, 3 for the borders of controls).
const PAIRS: &[(&str, &str, u32)] = &[
    ("ink", "paper", 450),
    ("ink", "card", 450),
    ("ink", "sunken", 450),
    ("soft", "paper", 450),
    ("soft", "card", 450),
    ("soft", "sunken", 450),
    ("accent", "paper", 450),
    ("accent", "card", 450),
    ("on-accent", "accent", 450),
    ("on-accent", "accent-strong", 450),
    ("accent-strong", "accent-soft", 450),
    ("good", "good-soft", 450),
    ("wait", "wait-soft", 450),
    ("bad", "bad-soft", 450),
    ("bad", "paper", 450),
    ("bad", "card", 450),
    ("edge", "card", 300),
    ("edge", "paper", 300),
];

/// `/styleguide`.
pub fn router() -> Routes<AppState> {
    Routes::new().route("/styleguide", get(show))
}

#[derive(Template)]
#[template(path = "styleguide.html")]
struct StyleGuide {
    shell: Shell,
    swatches: Vec<Swatch>,
    faces: Vec<Face>,
    cards: Vec<CardView>,
    bars: [i64; 4],
    icons: Vec<&'static str>,
    good: Form,
    bad: Form,
    next: Option<String>,
}

/// A foreground colour on a background colour, with the contrast in both themes.
struct Swatch {
    text: &'static str,
    ground: &'static str,
    light: String,
    dark: String,
    enough: bool,
}

async fn show(State(state): State<AppState>, visitor: Visitor) -> Result<Response, AppError> {
    let t = visitor.t;
    let names = ["김민지", "하늘", "Alexandra the Great"];
    let faces = names.map(|name| Face::new("1".to_owned(), name.to_owned(), None));
    let wrong = t.say("edit.username_error");
    let mut bad = Form::default().with("bad-name", "김");
    for field in ["bad-name", "bad-text", "bad-choice"] {
        bad.refuse(field, wrong);
    }
    page(&StyleGuide {
        shell: visitor.shell(&state, Tab::None, "Style guide").await?,
        swatches: swatches(),
        cards: faces
            .iter()
            .zip([0, 40, 130])
            .map(|(face, percent)| sample(t, face, percent))
            .collect(),
        faces: faces.to_vec(),
        bars: [0, 40, 100, 130],
        icons: icons(),
        good: Form::default().with("name", "김민지"),
        bad,
        next: Some("here".to_owned()),
    })
}

/// Creates a card with `percent` of the goal collected.
fn sample(t: Texts, author: &Face, percent: i64) -> CardView {
    CardView {
        id: 1,
        title: t.say("landing.step.1.text").to_owned(),
        picture: None,
        author: author.clone(),
        public: percent != 40,
        percent,
        bar: percent.min(100),
        collected: t.won(percent * 1_000),
        left: t.fill("time.days_left", [("days", 8), ("hours", 23)]),
    }
}

fn icons() -> Vec<&'static str> {
    let symbols = SPRITE.split("<symbol id=\"").skip(1);
    symbols.filter_map(|rest| rest.split('"').next()).collect()
}

fn swatches() -> Vec<Swatch> {
    PAIRS
        .iter()
        .map(|&(text, ground, least)| {
            let (text_colours, ground_colours) = (colours(text), colours(ground));
            let [light, dark] =
                [0, 1].map(|scheme| contrast(text_colours[scheme], ground_colours[scheme]));
            Swatch {
                text,
                ground,
                light: ratio(light),
                dark: ratio(dark),
                enough: light.min(dark) >= least,
            }
        })
        .collect()
}

fn ratio(hundredths: u32) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// Parses red, green and blue for the light and the dark theme, of `--name: light-dark(#rrggbb, #rrggbb)`; black when
/// it is not defined.
fn colours(name: &str) -> [[u8; 3]; 2] {
    let pair = TOKENS
        .split_once(&format!("--{name}: light-dark("))
        .and_then(|(_, rest)| rest.split_once(')'))
        .and_then(|(pair, _)| pair.split_once(", "));
    let (light, dark) = pair.unwrap_or_default();
    [light, dark].map(rgb)
}

fn rgb(colour: &str) -> [u8; 3] {
    let digits = colour
        .strip_prefix('#')
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .unwrap_or_default();
    let [_, rgb @ ..] = digits.to_be_bytes();
    rgb
}

/// Returns the contrast ratio of two colours times 100 (WCAG 2.2, "contrast ratio").
#[expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "light, not money; the ratio is between 1 and 21"
)]
fn contrast(one: [u8; 3], other: [u8; 3]) -> u32 {
    let luminance = |rgb: [u8; 3]| {
        let [red, green, blue] = rgb.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        });
        0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05
    };
    let (one, other) = (luminance(one), luminance(other));
    (100.0 * one.max(other) / one.min(other)) as u32
}
