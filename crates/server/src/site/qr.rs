//! QR codes of links, as one SVG path.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// Width of the quiet zone that readers need, in modules (ISO/IEC 18004, 9.1).
const QUIET: i32 = 4;

/// A QR code in units of its modules.
#[derive(Clone, Debug)]
pub struct Qr {
    /// Width and height in modules, quiet zone included.
    pub size: i32,
    /// The dark modules as an SVG path: one rectangle for each run in a row.
    pub path: String,
}

impl Qr {
    /// Encodes `text`; `None` when it exceeds the capacity of a QR code (about 2,300 bytes).
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
        let size = code.size();
        let mut path = String::new();
        for y in 0..size {
            let mut x = 0;
            while x < size {
                let run = (x..size).take_while(|x| code.get_module(*x, y)).count();
                let run = i32::try_from(run).ok()?;
                if run > 0 {
                    let (left, top) = (x + QUIET, y + QUIET);
                    write!(path, "M{left} {top}h{run}v1h-{run}z").ok()?;
                }
                x += run + 1;
            }
        }
        let size = size + 2 * QUIET;
        Some(Self { size, path })
    }
}
