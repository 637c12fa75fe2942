//! Small picture files, encoded by hand so that the decoder is not tested with its own library's encoder.

/// One transparent pixel.
pub const GIF: &[u8] =
    b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\x04\x01\0\0\0\0,\0\0\0\0\
    \x01\0\x01\0\0\x02\x01D\0;";

/// One pixel, lossless.
pub const WEBP: &[u8] =
    b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0";

/// A small grey PNG, stored without compression.
pub fn png(width: u16, grey: u8) -> Vec<u8> {
    let mut row = vec![grey; usize::from(width) + 1];
    row[0] = 0;
    png_of(width.into(), 20, &row.repeat(20))
}

/// A PNG with this size in the header and these pixel bytes, which need not match.
pub fn png_of(width: u32, height: u32, rows: &[u8]) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([8, 0, 0, 0, 0]);
    let mut pixels = vec![0x78, 0x01];
    let last = rows.chunks(60_000).count().saturating_sub(1);
    for (index, block) in rows.chunks(60_000).enumerate() {
        let length = u16::try_from(block.len()).unwrap();
        pixels.push(u8::from(index == last));
        pixels.extend(length.to_le_bytes());
        pixels.extend((!length).to_le_bytes());
        pixels.extend(block);
    }
    pixels.extend(adler32(rows).to_be_bytes());
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    for (kind, content) in [
        (b"IHDR", &header),
        (b"IDAT", &pixels),
        (b"IEND", &Vec::new()),
    ] {
        let named = [&kind[..], content].concat();
        file.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
        file.extend(&named);
        file.extend(crc32(&named).to_be_bytes());
    }
    file
}

fn adler32(bytes: &[u8]) -> u32 {
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    high << 16 | low
}

fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in bytes {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            let polynomial = if crc & 1 == 1 { 0xedb8_8320 } else { 0 };
            crc = crc >> 1 ^ polynomial;
        }
    }
    !crc
}

/// A JPEG from our own encoder.
pub fn jpeg(width: u16) -> Vec<u8> {
    picture::process(&png(width, 200)).unwrap().full.bytes
}
