//! A link as a QR code, for the camera of a phone: drawn as one path of an SVG.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

/// Light modules around the code that readers need (ISO/IEC 18004, 9.1).
const QUIET: i32 = 4;

/// A QR code in units of its modules.
#[derive(Clone, Debug)]
pub struct Qr {
    /// Units from side to side, quiet zone included.
    pub size: i32,
    /// The dark modules, as an SVG path: a run of each row at a time.
    pub path: String,
}

impl Qr {
    /// Of this text; `None` when it is longer than a code takes (some 2,300 bytes).
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
