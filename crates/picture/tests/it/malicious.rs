//! Decompression bombs, disguised and damaged files.

use image::ImageFormat;
use picture::{Refusal, UPLOAD_BYTES_MAX, process};

use crate::samples::{file, one_of_each, opaque, png_chunk, riff_chunk, webp};

/// 60,000 in the byte orders of the formats.
const HUGE_BE: [u8; 2] = 60_000_u16.to_be_bytes();
const HUGE_LE: [u8; 2] = 60_000_u16.to_le_bytes();

#[test]
fn a_file_above_ten_mebibytes_is_too_large() {
    let upload = vec![0; UPLOAD_BYTES_MAX + 1];
    assert_eq!(process(&upload), Err(Refusal::TooLarge));
}

#[test]
fn a_tiny_png_that_claims_to_be_huge_is_too_large() {
    let side = u32::from(60_000_u16).to_be_bytes();
    let header = [side.as_slice(), &side, b"\x08\x06\0\0\0"].concat();
    let upload = [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        png_chunk(b"IHDR", &header),
        png_chunk(b"IDAT", b"\x78\x9c\x03\0\0\0\0\x01"),
        png_chunk(b"IEND", b""),
    ];
    assert_eq!(process(&upload.concat()), Err(Refusal::TooLarge));
}

#[test]
fn a_tiny_jpeg_that_claims_to_be_huge_is_too_large() {
    let mut upload = file(&opaque(16, 16), ImageFormat::Jpeg);
    let frame = upload
        .windows(2)
        .position(|pair| pair == b"\xff\xc0")
        .unwrap();
    upload[frame + 5..frame + 7].copy_from_slice(&HUGE_BE);
    upload[frame + 7..frame + 9].copy_from_slice(&HUGE_BE);
    assert_eq!(process(&upload), Err(Refusal::TooLarge));
}

#[test]
fn a_tiny_gif_that_claims_to_be_huge_is_too_large() {
    for (screen, frame) in [(HUGE_LE, HUGE_LE), ([1, 0], HUGE_LE)] {
        let upload = [
            b"GIF89a".as_slice(),
            &screen,
            &screen,
            b"\x80\0\0\0\0\0\xff\xff\xff\x2c\0\0\0\0",
            &frame,
            &frame,
            b"\0\x02\x02\x44\x01\0\x3b",
        ]
        .concat();
        assert_eq!(process(&upload), Err(Refusal::TooLarge), "{screen:?}");
    }
}

#[test]
fn a_tiny_webp_that_claims_to_be_huge_is_too_large() {
    // 14 bits per side, all set: 16,383 of the lossy format, 16,384 of the lossless one.
    let lossy = b"\x10\0\0\x9d\x01\x2a\xff\x3f\xff\x3f\0\0";
    let lossless = b"\x2f\xff\xff\xff\x0f\0\0\0";
    let small_canvas = [0_u8; 10];
    let huge_canvas = [0, 0, 0, 0, 0xff, 0xff, 0, 0xff, 0xff, 0];
    let moving_canvas = [2, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    let frame = [[0; 16].as_slice(), &riff_chunk(b"VP8 ", lossy)].concat();
    for upload in [
        webp(&[(b"VP8 ", lossy)]),
        webp(&[(b"VP8L", lossless)]),
        webp(&[(b"VP8X", &small_canvas), (b"VP8 ", lossy)]),
        webp(&[
            (b"VP8X", &moving_canvas),
            (b"ANIM", &[0; 6]),
            (b"ANMF", &frame),
        ]),
        webp(&[(b"VP8X", &huge_canvas), (b"VP8L", b"\x2f\0\0\0\0\0\0\0")]),
    ] {
        assert_eq!(process(&upload), Err(Refusal::TooLarge));
    }
}

#[test]
fn a_jpeg_with_endless_scans_is_refused() {
    let jpeg = file(&opaque(16, 16), ImageFormat::Jpeg);
    let scan = jpeg
        .windows(2)
        .position(|pair| pair == b"\xff\xda")
        .unwrap();
    let (head, scan_to_end) = jpeg.split_at(scan);
    let scan = &scan_to_end[..scan_to_end.len() - 2];
    let upload = [head, &scan.repeat(33), b"\xff\xd9"].concat();
    assert_eq!(process(&upload), Err(Refusal::Broken));
}

#[test]
fn a_webp_chunk_that_claims_more_than_the_file_holds_is_broken() {
    let simple = file(&opaque(24, 16), ImageFormat::WebP);
    let pixels = &simple[20..];
    // A canvas of 24 by 16 pixels with an EXIF chunk to come.
    let canvas = [8, 0, 0, 0, 23, 0, 0, 15, 0, 0];
    let mut upload = webp(&[(b"VP8X", &canvas), (b"VP8L", pixels), (b"EXIF", b"abcd")]);
    assert!(process(&upload).is_ok());
    let length = upload.len() - 8;
    upload[length..length + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(process(&upload), Err(Refusal::Broken));
}

#[test]
fn scripts_in_disguise_are_unsupported() {
    for upload in [
        b"".as_slice(),
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>",
        b"<!DOCTYPE html><script>alert(1)</script>",
        b"%PDF-1.7",
        b"BM\x46\0\0\0",
        b"II\x2a\0\x08\0\0\0",
        b"\0\0\x01\0\x01\0",
        b"RIFF\x04\0\0\0WAVE",
        b"\0\0\0\x14ftypisom\0\0\x02\0mp42",
    ] {
        assert_eq!(process(upload), Err(Refusal::Unsupported), "{upload:?}");
    }
}

#[test]
fn a_script_behind_a_picture_signature_is_refused() {
    for (signature, refusal) in [
        (b"\x89PNG\r\n\x1a\n".as_slice(), Refusal::Broken),
        (b"\xff\xd8\xff", Refusal::Broken),
        (b"RIFF\x40\0\0\0WEBP", Refusal::Broken),
        // Parsed as a size, the next letters are 29,500 by 29,283 pixels.
        (b"GIF89a", Refusal::TooLarge),
        (b"GIF89a\x01\0\x01\0", Refusal::Broken),
    ] {
        let upload = [signature, b"<script>alert(1)</script>"].concat();
        assert_eq!(process(&upload), Err(refusal), "{signature:?}");
    }
}

#[test]
fn heic_and_avif_have_a_refusal_of_their_own() {
    for upload in [
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".as_slice(),
        b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf",
        b"\0\0\0\x18ftypisom\0\0\0\0mp42heix",
        b"\0\0\0\x18ftypavif",
    ] {
        let refusal = process(upload).unwrap_err();
        assert_eq!(refusal, Refusal::Heic, "{upload:?}");
        assert!(refusal.to_string().contains("JPEG"), "{refusal}");
    }
}

#[test]
fn a_file_cut_off_anywhere_is_broken() {
    for upload in one_of_each() {
        // In PNG and GIF, what follows the pixels (an empty last chunk, a trailer) may be missing.
        let pixels_end = upload.len() - 16;
        for length in 12..pixels_end {
            let outcome = process(&upload[..length]).map(|_| "a picture");
            assert_eq!(
                outcome,
                Err(Refusal::Broken),
                "{length} of {}",
                upload.len()
            );
        }
    }
}
