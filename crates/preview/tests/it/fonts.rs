//! The choice of a font.

use preview::{Font, FontError};

use crate::font;

#[test]
fn a_configured_file_yields_its_face_with_hangul() {
    let system = font();
    let chosen = Font::from_file(system.path()).unwrap();
    assert_eq!(chosen, system);
}

#[test]
fn an_error_names_the_file_that_is_missing_or_not_a_font() {
    let manifest = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let refused = Font::from_file(&manifest).unwrap_err();
    assert!(matches!(refused, FontError::NoHangul(_)));
    assert!(refused.to_string().contains("Cargo.toml"), "{refused}");
    let missing = Font::from_file("nowhere.ttf".as_ref()).unwrap_err();
    assert!(matches!(missing, FontError::Unreadable(..)));
}
