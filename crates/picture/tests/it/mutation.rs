//! For any input bytes, the result is a refusal or a valid picture within the size limits.

use picture::{Rendition, process};
use proptest::prelude::*;

use crate::samples::{decoded, one_of_each};

fn assert_sound(rendition: &Rendition, side_max: u32) {
    assert!(rendition.width.max(rendition.height) <= side_max);
    let image = decoded(rendition);
    assert_eq!(
        (image.width(), image.height()),
        (rendition.width, rendition.height)
    );
}

fn assert_refused_or_sound(upload: &[u8]) {
    if let Ok(picture) = process(upload) {
        assert_sound(&picture.full, 1600);
        assert_sound(&picture.small, 480);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    #[test]
    fn damaged_files_are_refused_or_yield_a_sound_picture(
        sample in 0_usize..4,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut upload = one_of_each()[sample].clone();
        for (position, byte) in damage {
            let position = position.index(upload.len());
            upload[position] = byte;
        }
        upload.truncate(cut.map_or(upload.len(), |cut| cut.index(upload.len())));
        assert_refused_or_sound(&upload);
    }

    #[test]
    fn noise_behind_a_signature_is_refused_or_yields_a_sound_picture(
        sample in 0_usize..4,
        noise in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let upload = [&one_of_each()[sample][..16], &noise].concat();
        assert_refused_or_sound(&upload);
    }
}
