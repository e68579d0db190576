//! Bytes as containers want them.

/// Bits, most significant first.
#[derive(Default)]
pub(super) struct Bits {
    bytes: Vec<u8>,
    used: u32,
}

impl Bits {
    /// Appends the lowest `count` bits of `value`.
    pub(super) fn put(&mut self, value: u64, count: u32) -> &mut Self {
        for at in (0..count).rev() {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let bit = (value >> at & 1) as u8;
            if let Some(last) = self.bytes.last_mut() {
                *last |= bit << (7 - self.used % 8);
            }
            self.used += 1;
        }
        self
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.bytes.clone()
    }
}

/// A box of ISO/IEC 14496-12.
pub(super) fn iso_box(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let length = payload.len() as u32 + 8;
    [&length.to_be_bytes()[..], kind, payload].concat()
}

/// A chunk of a RIFF file.
pub(super) fn riff_chunk(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let length = payload.len() as u32;
    let mut chunk = [&kind[..], &length.to_le_bytes(), payload].concat();
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

/// A RIFF file.
pub(super) fn riff(kind: &[u8; 4], chunks: &[u8]) -> Vec<u8> {
    riff_chunk(b"RIFF", &[&kind[..], chunks].concat())
}

/// A chunk of a PNG.
pub(super) fn png_chunk(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
    let body = [&kind[..], payload].concat();
    let length = payload.len() as u32;
    [
        &length.to_be_bytes()[..],
        &body,
        &crc32(&body).to_be_bytes(),
    ]
    .concat()
}

/// An element of Matroska; its id with the marker bits, its size in eight bytes.
pub(super) fn ebml(id: u32, payload: &[u8]) -> Vec<u8> {
    let size = payload.len() as u64 | 1 << 56;
    [ebml_id(id), size.to_be_bytes().to_vec(), payload.to_vec()].concat()
}

/// An id as it is written: without the zeros before it.
pub(super) fn ebml_id(id: u32) -> Vec<u8> {
    let zeros = id.leading_zeros() as usize / 8;
    id.to_be_bytes()[zeros..].to_vec()
}

/// A segment of a JPEG.
pub(super) fn jpeg_segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u16).saturating_add(2);
    [&[0xFF, marker][..], &length.to_be_bytes(), payload].concat()
}

/// A little-endian TIFF: these bytes from the eighth on, then one directory of (tag, type, values); longer values come
/// behind it.
pub(super) fn tiff(data: &[u8], entries: &[(u16, u16, Vec<u32>)]) -> Vec<u8> {
    let directory_at = 8 + data.len();
    let values_at = directory_at + 2 + 12 * entries.len() + 4;
    let mut directory = (entries.len() as u16).to_le_bytes().to_vec();
    let mut values: Vec<u8> = Vec::new();
    for (tag, kind, numbers) in entries {
        let packed: Vec<u8> = match kind {
            1 | 7 => numbers.iter().map(|&n| n as u8).collect(),
            3 => numbers
                .iter()
                .flat_map(|&n| (n as u16).to_le_bytes())
                .collect(),
            _ => numbers.iter().flat_map(|n| n.to_le_bytes()).collect(),
        };
        directory.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        directory.extend((numbers.len() as u32).to_le_bytes());
        if packed.len() <= 4 {
            directory.extend(packed.iter().copied().chain([0; 4]).take(4));
        } else {
            directory.extend(((values_at + values.len()) as u32).to_le_bytes());
            values.extend(packed);
        }
    }
    directory.extend([0; 4]);
    let start = (directory_at as u32).to_le_bytes();
    [&b"II\x2a\0"[..], &start, data, &directory, &values].concat()
}

/// Zlib data (RFC 1950) of `length` zeros, a thousandth as long.
pub(super) fn zeros_zlib(length: u64) -> Vec<u8> {
    let runs = length.saturating_sub(1) / 258;
    let single = length - 258 * runs;
    // Deflate (RFC 1951) puts each byte's lowest bit first, but codes with their highest: bits are collected the
    // other way round and each byte is reversed in the end.
    let mut bits = Bits::default();
    // The last block, with fixed codes. Then literal zeros, then runs of 258 at distance 1, then the end.
    bits.put(0b110, 3);
    for _ in 0..single {
        bits.put(0b0011_0000, 8);
    }
    for _ in 0..runs {
        bits.put(0b1100_0101, 8).put(0, 5);
    }
    bits.put(0, 7);
    let mut zlib = vec![0x78, 0x01];
    zlib.extend(bits.bytes().iter().map(|byte| byte.reverse_bits()));
    // Adler-32 of zeros.
    let sum = (length % 65_521) as u32;
    zlib.extend((sum << 16 | 1).to_be_bytes());
    zlib
}

/// Zlib data without compression.
pub(super) fn stored_zlib(data: &[u8]) -> Vec<u8> {
    let mut zlib = vec![0x78, 0x01];
    let mut blocks = data.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        let length = block.len() as u16;
        zlib.push(u8::from(blocks.peek().is_none()));
        zlib.extend(length.to_le_bytes());
        zlib.extend((!length).to_le_bytes());
        zlib.extend(block);
    }
    let (a, b) = data.iter().fold((1_u32, 0_u32), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    zlib.extend((b << 16 | a).to_be_bytes());
    zlib
}

/// The checksum of PNG, ZIP and gzip.
pub(super) fn crc32(data: &[u8]) -> u32 {
    let step = |crc: u32, _| match crc & 1 {
        1 => crc >> 1 ^ 0xEDB8_8320,
        _ => crc >> 1,
    };
    let add = |crc: u32, &byte: &u8| (0..8).fold(crc ^ u32::from(byte), step);
    !data.iter().fold(!0, add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_checksums_come_out() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        // Python's zlib.compress(b"abc", 0).
        let abc = stored_zlib(b"abc");
        assert_eq!(abc[..2], [0x78, 0x01]);
        assert_eq!(abc[abc.len() - 4..], 0x024D_0127_u32.to_be_bytes());
    }

    #[test]
    fn bits_go_from_the_highest_down() {
        let mut bits = Bits::default();
        bits.put(0b101, 3).put(0xFF, 8).put(0, 2);
        assert_eq!(bits.bytes(), [0b1011_1111, 0b1110_0000]);
    }

    #[test]
    fn numbers_stand_where_their_containers_want_them() {
        assert_eq!(ebml_id(0x1A45_DFA3), [0x1A, 0x45, 0xDF, 0xA3]);
        assert_eq!(ebml_id(0xAE), [0xAE]);
        assert_eq!(ebml(0xEC, b"x"), [0xEC, 1, 0, 0, 0, 0, 0, 0, 1, b'x']);
        assert_eq!(riff_chunk(b"data", b"x"), *b"data\x01\0\0\0x\0");
        assert_eq!(iso_box(b"free", b"xy"), *b"\0\0\0\x0afreexy");
    }

    #[test]
    fn a_png_of_zeros_is_read_by_the_image_crate() {
        let header = [
            &8_u32.to_be_bytes()[..],
            &600_u32.to_be_bytes(),
            &[8, 0, 0, 0, 0],
        ]
        .concat();
        // Each row has a filter byte before its eight pixels.
        let png = [
            b"\x89PNG\r\n\x1a\n".to_vec(),
            png_chunk(b"IHDR", &header),
            png_chunk(b"IDAT", &zeros_zlib(600 * 9)),
            png_chunk(b"IEND", b""),
        ]
        .concat();
        let image = image::load_from_memory(&png).expect("it is sound");
        assert_eq!((image.width(), image.height()), (8, 600));
        assert!(image.into_luma8().iter().all(|&v| v == 0));
    }

    #[test]
    fn a_tiff_is_read_by_the_image_crate() {
        let entries = [
            (256, 4, vec![2]),
            (257, 4, vec![2]),
            (258, 3, vec![8, 8, 8]),
            (259, 3, vec![1]),
            (262, 3, vec![2]),
            (273, 4, vec![8]),
            (277, 3, vec![3]),
            (278, 4, vec![2]),
            (279, 4, vec![12]),
        ];
        let image = image::load_from_memory(&tiff(&[7; 12], &entries)).expect("it is sound");
        assert_eq!(image.into_rgb8().into_raw(), [7; 12]);
    }
}
