//! The one font that texts are drawn with: a configured file, or the best of the system.

use std::path::{Path, PathBuf};

use fontdb::{Database, FaceInfo, Source, Style};
use ttf_parser::{Face, Tag};

/// Weight asked for: small pictures want strong letters.
const WEIGHT: u16 = 700;

/// Families with Hangul, the best first; each list is one family under its names.
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

/// Letters that a font with Hangul has: the first syllable and the last.
const HANGUL: [char; 2] = ['가', '힣'];

/// Where a font is. Its file, up to 20 MB, is read for each drawing and kept by the system's cache, not by us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Font {
    file: PathBuf,
    /// Which of a collection.
    index: u32,
}

/// Why a font can't be used.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// The file can't be read.
    #[error("{0} can't be read")]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// The file is no TrueType or OpenType font, or has no Hangul.
    #[error("{0} is no TrueType or OpenType font with Hangul")]
    NoHangul(PathBuf),
}

impl Font {
    /// The font in this file; of a collection the Korean one, or the first with Hangul.
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

    /// The best of the system's fonts with Hangul. Looks through all of their files: takes some hundred
    /// milliseconds.
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

    /// The file it is in.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.file
    }

    pub(crate) fn read(&self) -> Option<Vec<u8>> {
        std::fs::read(&self.file).ok()
    }

    /// The font as it is drawn; `file` is what [`Font::read`] gave.
    pub(crate) fn face<'a>(&self, file: &'a [u8]) -> Option<Face<'a>> {
        let mut face = Face::parse(file, self.index).ok()?;
        // Of a variable font; the default of some is hair-thin. Others take no notice.
        face.set_variation(Tag::from_bytes(b"wght"), f32::from(WEIGHT));
        Some(face)
    }
}

/// Which of our families it is of.
fn rank(face: &FaceInfo) -> Option<usize> {
    let of = |family: &&[&str]| {
        let names = face.families.iter();
        names
            .into_iter()
            .any(|(name, _)| family.contains(&name.as_str()))
    };
    FAMILIES.iter().position(of)
}

/// How far it is from the upright bold letters that we want.
fn style_distance(face: &FaceInfo) -> (bool, bool, u16) {
    let upright = face.style == Style::Normal;
    (!upright, face.monospaced, face.weight.0.abs_diff(WEIGHT))
}

fn has_hangul(file: &[u8], index: u32) -> bool {
    Face::parse(file, index)
        .is_ok_and(|face| HANGUL.iter().all(|it| face.glyph_index(*it).is_some()))
}
