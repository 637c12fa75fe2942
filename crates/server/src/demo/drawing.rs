//! Pictures of the cast, in integer arithmetic: a gradient and simple shapes.

use picture::{Picture, Refusal};

type Colour = [u8; 3];

/// What a picture shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motif {
    /// A wrapped gift.
    GiftBox,
    /// Hills and the sun.
    Hills,
    /// A lens, or a loudspeaker.
    Lens,
    /// Rows of keys.
    Keys,
    /// A cup.
    Cup,
    /// A person, head and shoulders.
    Portrait,
}

/// Top and bottom colour of the background, and the colour of the motif.
pub type Palette = [Colour; 3];

/// The palettes in use.
pub const PALETTES: &[Palette] = &[
    [[255, 236, 210], [252, 182, 159], [214, 73, 90]],
    [[224, 242, 255], [150, 200, 240], [44, 99, 170]],
    [[232, 250, 224], [158, 214, 150], [38, 122, 82]],
    [[246, 230, 255], [200, 160, 236], [110, 62, 160]],
    [[255, 248, 205], [255, 214, 102], [196, 112, 20]],
    [[230, 234, 240], [170, 182, 200], [58, 68, 88]],
];

/// Width and height of the coordinate system, in units.
const FUNDING: (i64, i64) = (640, 480);
const PORTRAIT: (i64, i64) = (240, 240);
/// Pixels per unit, as a fraction. Small, since the first start must be fast, and a side of 480 pixels serves as both
/// renditions.
const FUNDING_SCALE: (i64, i64) = (3, 4);
const PORTRAIT_SCALE: (i64, i64) = (1, 1);

/// Draws the motif and encodes it like an upload.
///
/// # Errors
/// When encoding fails.
pub fn draw(motif: Motif, palette: Palette) -> Result<Picture, Refusal> {
    let mut canvas = if motif == Motif::Portrait {
        Canvas::gradient(PORTRAIT, PORTRAIT_SCALE, palette)
    } else {
        Canvas::gradient(FUNDING, FUNDING_SCALE, palette)
    };
    let [light, _, ink] = palette;
    match motif {
        Motif::GiftBox => gift_box(&mut canvas, ink, light),
        Motif::Hills => hills(&mut canvas, ink),
        Motif::Lens => lens(&mut canvas, ink, light),
        Motif::Keys => keys(&mut canvas, ink, light),
        Motif::Cup => cup(&mut canvas, ink, palette[1]),
        Motif::Portrait => portrait(&mut canvas, ink, light),
    }
    picture::from_rgb(side(canvas.width), side(canvas.height), canvas.rgb)
}

fn gift_box(canvas: &mut Canvas, ink: Colour, light: Colour) {
    canvas.rectangle((180, 210), (460, 420), ink);
    canvas.rectangle((160, 160), (480, 220), mix(ink, light, 1, 5));
    canvas.rectangle((300, 160), (340, 420), light);
    canvas.disc((268, 128), 46, light);
    canvas.disc((268, 128), 24, ink);
    canvas.disc((372, 128), 46, light);
    canvas.disc((372, 128), 24, ink);
}

fn hills(canvas: &mut Canvas, ink: Colour) {
    canvas.disc((470, 130), 62, [255, 255, 245]);
    canvas.disc((150, 620), 330, mix(ink, [255, 255, 255], 2, 5));
    canvas.disc((520, 700), 380, ink);
}

fn lens(canvas: &mut Canvas, ink: Colour, light: Colour) {
    canvas.rectangle((110, 120), (530, 400), ink);
    canvas.rectangle((150, 90), (250, 120), ink);
    for (radius, colour) in [
        (120, light),
        (104, mix(ink, light, 1, 3)),
        (70, ink),
        (34, mix(ink, light, 1, 2)),
    ] {
        canvas.disc((320, 260), radius, colour);
    }
    canvas.disc((290, 232), 14, [255, 255, 255]);
}

fn keys(canvas: &mut Canvas, ink: Colour, light: Colour) {
    canvas.rectangle((60, 130), (580, 370), ink);
    for row in 0..3 {
        for column in 0..8 {
            let (left, top) = (84 + column * 60 + row * 6, 154 + row * 70);
            let lit = (row * 5 + column * 3) % 7 == 0;
            let colour = if lit {
                [255, 255, 255]
            } else {
                mix(ink, light, 2, 3)
            };
            canvas.rectangle((left, top), (left + 46, top + 52), colour);
        }
    }
}

fn cup(canvas: &mut Canvas, ink: Colour, soft: Colour) {
    canvas.disc((450, 270), 70, ink);
    canvas.disc((450, 270), 42, soft);
    canvas.rectangle((190, 180), (450, 360), ink);
    canvas.disc((250, 360), 60, ink);
    canvas.disc((390, 360), 60, ink);
    canvas.rectangle((250, 360), (390, 420), ink);
    for left in [240, 310, 380] {
        canvas.rectangle((left, 90), (left + 12, 150), [255, 255, 255]);
    }
}

fn portrait(canvas: &mut Canvas, ink: Colour, light: Colour) {
    canvas.disc((120, 260), 96, ink);
    canvas.disc((120, 104), 54, ink);
    canvas.disc((120, 114), 44, mix(light, [255, 224, 196], 1, 2));
}

struct Canvas {
    /// In pixels.
    width: i64,
    /// In pixels.
    height: i64,
    /// Pixels per unit, as a fraction.
    scale: (i64, i64),
    rgb: Vec<u8>,
}

/// A point in units, from the top left.
type Point = (i64, i64);

impl Canvas {
    /// Creates a canvas with a vertical gradient; `size` is in units.
    fn gradient(size: Point, scale: (i64, i64), [top, bottom, _]: Palette) -> Self {
        let (width, height) = (size.0 * scale.0 / scale.1, size.1 * scale.0 / scale.1);
        let mut rgb = Vec::with_capacity(offset(width * height));
        for y in 0..height {
            let colour = mix(top, bottom, y, height);
            rgb.extend_from_slice(&colour.repeat(offset(width) / 3));
        }
        Self {
            width,
            height,
            scale,
            rgb,
        }
    }

    fn pixels(&self, units: i64) -> i64 {
        units * self.scale.0 / self.scale.1
    }

    fn rectangle(&mut self, from: Point, to: Point, colour: Colour) {
        let ((left, top), (right, bottom)) = (from, to);
        let (left, right) = (self.pixels(left), self.pixels(right));
        for y in self.pixels(top)..self.pixels(bottom) {
            self.span(y, left, right, colour);
        }
    }

    fn disc(&mut self, centre: Point, radius: i64, colour: Colour) {
        let (x, y) = (self.pixels(centre.0), self.pixels(centre.1));
        let radius = self.pixels(radius);
        for down in -radius..=radius {
            let half = (radius * radius - down * down).isqrt();
            self.span(y + down, x - half, x + half, colour);
        }
    }

    /// Fills the pixels of one row from `left` up to `right`, clipped to the canvas.
    fn span(&mut self, y: i64, left: i64, right: i64, colour: Colour) {
        let (left, right) = (left.clamp(0, self.width), right.clamp(0, self.width));
        if !(0..self.height).contains(&y) || left >= right {
            return;
        }
        let (start, end) = (
            offset(y * self.width + left),
            offset(y * self.width + right),
        );
        self.rgb[start..end].copy_from_slice(&colour.repeat((end - start) / 3));
    }
}

/// Returns the byte offset of a pixel.
fn offset(pixels: i64) -> usize {
    3 * usize::try_from(pixels).expect("spans are clipped to the canvas")
}

fn side(pixels: i64) -> u32 {
    u32::try_from(pixels).expect("a canvas is small")
}

/// Interpolates between two colours, at `part` of `whole`.
fn mix(from: Colour, to: Colour, part: i64, whole: i64) -> Colour {
    let mut mixed = from;
    for (channel, (from, to)) in mixed.iter_mut().zip(from.into_iter().zip(to)) {
        let step = (i64::from(to) - i64::from(from)) * part / whole;
        *channel = u8::try_from(i64::from(from) + step)
            .expect("interpolation stays between the two bytes");
    }
    mixed
}
