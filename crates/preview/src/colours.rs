//! Colours of the web app's light theme (`tokens.css`).

use tiny_skia::Color;

use crate::canvas::Colour;

pub const PAPER: Colour = Colour(0xff, 0xf7, 0xf8);
pub const CARD: Colour = Colour(0xff, 0xff, 0xff);
pub const INK: Colour = Colour(0x2b, 0x1d, 0x22);
pub const SOFT: Colour = Colour(0x6d, 0x56, 0x5d);
pub const ACCENT: Colour = Colour(0xb3, 0x18, 0x4e);
pub const ACCENT_SOFT: Colour = Colour(0xfd, 0xe3, 0xec);
/// The ribbon of the gift.
pub const RIBBON: Colour = Colour(0xff, 0xc6, 0x3d);

impl From<Colour> for Color {
    fn from(Colour(red, green, blue): Colour) -> Self {
        Self::from_rgba8(red, green, blue, u8::MAX)
    }
}
