/// A PNG of already filtered scanlines (each with its leading filter byte), stored without compression.
pub(in super::super) struct Png<'a> {
    pub width: u32,
    pub height: u32,
    pub bit_depth: u8,
    pub colour_type: u8,
    pub interlaced: bool,
    /// Chunks between header and data.
    pub extra: &'a [(&'a [u8; 4], &'a [u8])],
    pub scanlines: &'a [u8],
}

impl Png<'_> {
    pub(in super::super) fn bytes(&self) -> Vec<u8> {
        let mut header = [self.width.to_be_bytes(), self.height.to_be_bytes()].concat();
        header.extend([
            self.bit_depth,
            self.colour_type,
            0,
            0,
            self.interlaced.into(),
        ]);
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        file.extend(chunk(b"IHDR", &header));
        for (kind, data) in self.extra {
            file.extend(chunk(kind, data));
        }
        file.extend(chunk(b"IDAT", &stored_zlib(self.scanlines)));
        file.extend(chunk(b"IEND", &[]));
        file
    }
}

pub(in super::super) fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).expect("small chunks");
    let body = [&kind[..], data].concat();
    [
        &length.to_be_bytes()[..],
        &body,
        &crc32(&body).to_be_bytes(),
    ]
    .concat()
}

/// Inserts chunks before the first IDAT of a finished file.
pub(in super::super) fn with_chunks(file: &[u8], chunks: &[Vec<u8>]) -> Vec<u8> {
    let at = file
        .windows(4)
        .position(|w| w == b"IDAT")
        .expect("a PNG has data")
        - 4;
    [&file[..at], &chunks.concat(), &file[at..]].concat()
}

/// RFC 1950 and 1951 with stored blocks only.
pub(in super::super) fn stored_zlib(data: &[u8]) -> Vec<u8> {
    let mut out = vec![0x78, 0x01];
    let mut blocks = data.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).expect("at most 65535");
        out.push(blocks.peek().is_none().into());
        out.extend(length.to_le_bytes());
        out.extend((!length).to_le_bytes());
        out.extend(block);
    }
    let (a, b) = data.iter().fold((1_u32, 0_u32), |(a, b), &byte| {
        let a = (a + u32::from(byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    out.extend((b << 16 | a).to_be_bytes());
    out
}

/// RFC 1950 and 1951: so many zeros in a thousandth of their bytes, with the fixed codes. The checksum is left out, which
/// no decoder of ancillary chunks minds.
pub(in super::super) fn zeros_zlib(length: usize) -> Vec<u8> {
    // A last block with fixed codes, then one literal zero: 00110000, first bit first.
    let mut bits = vec![
        true, true, false, false, false, true, true, false, false, false, false,
    ];
    for _ in 0..length.saturating_sub(1) / 258 {
        // Length 258 is 11000101, distance 1 is 00000.
        bits.extend([true, true, false, false, false, true, false, true]);
        bits.extend([false; 5]);
    }
    // The end of the block is 0000000.
    bits.extend([false; 7]);
    let bytes = bits.chunks(8).map(|byte| {
        let weighed = byte.iter().enumerate();
        weighed.fold(0, |sum, (at, &bit)| sum | u8::from(bit) << at)
    });
    [0x78, 0x01].into_iter().chain(bytes).collect()
}

fn crc32(data: &[u8]) -> u32 {
    let table: Vec<u32> = (0..256_u32)
        .map(|n| {
            (0..8).fold(n, |c, _| {
                if c & 1 == 1 {
                    0xEDB8_8320 ^ (c >> 1)
                } else {
                    c >> 1
                }
            })
        })
        .collect();
    !data.iter().fold(!0_u32, |crc, &byte| {
        table[usize::from(crc as u8 ^ byte)] ^ (crc >> 8)
    })
}
