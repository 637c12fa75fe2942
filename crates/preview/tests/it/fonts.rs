//! Which font is taken.

use preview::{Font, FontError};

use crate::font;

#[test]
fn a_configured_file_is_taken_and_of_a_collection_a_font_with_hangul() {
    let system = font();
    let chosen = Font::from_file(system.path()).unwrap();
    assert_eq!(chosen, system);
}

#[test]
fn a_file_that_is_no_font_or_is_missing_is_refused_by_name() {
    let manifest = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let refused = Font::from_file(&manifest).unwrap_err();
    assert!(matches!(refused, FontError::NoHangul(_)));
    assert!(refused.to_string().contains("Cargo.toml"), "{refused}");
    let missing = Font::from_file("nowhere.ttf".as_ref()).unwrap_err();
    assert!(matches!(missing, FontError::Unreadable(..)));
}
