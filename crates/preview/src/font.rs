//! The font of all texts: a configured file, or the best system font.

use std::path::{Path, PathBuf};

use fontdb::{Database, FaceInfo, Source, Style};
use ttf_parser::{Face, Tag};

/// Requested weight: bold, for legibility in small previews.
const WEIGHT: u16 = 700;

/// Families with Hangul, in order of preference; each entry lists the names of one family.
const FAMILIES: &[&[&str]] = &[
    &["Pretendard", "Pretendard Variable"],
    &["Noto Sans KR"],
    &[
        "Noto Sans CJK KR",
        "Source Han Sans KR",
        "Source Han Sans K",
    ],
    &["Nanum Gothic", "NanumGothic", "나눔고딕"],
    &["Apple SD Gothic Neo"],
    &["Malgun Gothic", "맑은 고딕"],
];

/// Characters that prove a font to have Hangul: the first syllable and the last.
const HANGUL: [char; 2] = ['가', '힣'];

/// The location of a font. The file, up to 20 MB, is read for each drawing, and cached by the operating system rather
/// than by us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Font {
    file: PathBuf,
    /// Index of the face within a collection.
    index: u32,
}

/// Why a font can't be used.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// The file can't be read.
    #[error("{0} can't be read")]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// The file is not a TrueType or OpenType font, or has no Hangul.
    #[error("{0} is not a TrueType or OpenType font with Hangul")]
    NoHangul(PathBuf),
}

impl Font {
    /// The font in this file; from a collection, the preferred face with Hangul.
    ///
    /// # Errors
    /// [`FontError`]
    pub fn from_file(path: &Path) -> Result<Self, FontError> {
        let file =
            std::fs::read(path).map_err(|error| FontError::Unreadable(path.to_owned(), error))?;
        let mut database = Database::new();
        database.load_font_data(file.clone());
        let mut faces: Vec<&FaceInfo> = database.faces().collect();
        faces.sort_by_key(|face| (rank(face).unwrap_or(FAMILIES.len()), style_distance(face)));
        let face = faces.iter().find(|face| has_hangul(&file, face.index));
        let face = face.ok_or_else(|| FontError::NoHangul(path.to_owned()))?;
        Ok(Self {
            file: path.to_owned(),
            index: face.index,
        })
    }

    /// The best system font with Hangul. Scans all font files, which blocks for some hundred milliseconds.
    #[must_use]
    pub fn from_system() -> Option<Self> {
        let mut database = Database::new();
        database.load_system_fonts();
        let mut faces: Vec<&FaceInfo> = database.faces().collect();
        faces.sort_by_key(|face| (rank(face).unwrap_or(FAMILIES.len()), style_distance(face)));
        faces.into_iter().find_map(|face| {
            let Source::File(path) = &face.source else {
                return None;
            };
            let font = Self {
                file: path.clone(),
                index: face.index,
            };
            let file = font.read()?;
            has_hangul(&file, face.index).then_some(font)
        })
    }

    /// The font's file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.file
    }

    pub(crate) fn read(&self) -> Option<Vec<u8>> {
        std::fs::read(&self.file).ok()
    }

    /// Parses the face; `file` is the result of [`Font::read`].
    pub(crate) fn face<'a>(&self, file: &'a [u8]) -> Option<Face<'a>> {
        let mut face = Face::parse(file, self.index).ok()?;
        // For variable fonts, some of which default to a hairline weight. Static fonts ignore it.
        face.set_variation(Tag::from_bytes(b"wght"), f32::from(WEIGHT));
        Some(face)
    }
}

/// Index of its family in [`FAMILIES`].
fn rank(face: &FaceInfo) -> Option<usize> {
    let of = |family: &&[&str]| {
        let names = face.families.iter();
        names
            .into_iter()
            .any(|(name, _)| family.contains(&name.as_str()))
    };
    FAMILIES.iter().position(of)
}

/// Distance from the preferred style (upright, proportional, bold), for sorting.
fn style_distance(face: &FaceInfo) -> (bool, bool, u16) {
    let upright = face.style == Style::Normal;
    (!upright, face.monospaced, face.weight.0.abs_diff(WEIGHT))
}

fn has_hangul(file: &[u8], index: u32) -> bool {
    Face::parse(file, index)
        .is_ok_and(|face| HANGUL.iter().all(|it| face.glyph_index(*it).is_some()))
}
