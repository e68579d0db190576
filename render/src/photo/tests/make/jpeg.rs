//! A JPEG whose 8x8 blocks are all flat: only DC coefficients, coded with the quantiser 1 and one Huffman
//! table in which each category has four bits.

/// Flat blocks in one interleaved scan; every component has the full size.
pub(in super::super) struct FlatJpeg<'a> {
    /// Size in blocks.
    pub blocks: (u32, u32),
    /// Pixels cut off the last block column and row.
    pub trim: (u32, u32),
    pub components: usize,
    pub progressive: bool,
    /// Adobe's colour transform, if there is to be such a marker.
    pub adobe: Option<u8>,
    pub exif: Option<&'a [u8]>,
    /// The stored sample of each component in block (x, y).
    pub sample: &'a dyn Fn(u32, u32) -> [u8; 4],
}

impl FlatJpeg<'_> {
    pub(in super::super) fn bytes(&self) -> Vec<u8> {
        let mut file = vec![0xFF, 0xD8];
        if let Some(exif) = self.exif {
            file.extend(segment(0xE1, &[b"Exif\0\0", exif].concat()));
        }
        if let Some(transform) = self.adobe {
            file.extend(segment(
                0xEE,
                &[b"Adobe\0\x64\0\0\0\0", &[transform][..]].concat(),
            ));
        }
        file.extend(segment(0xDB, &[&[0][..], &[1; 64]].concat()));
        file.extend(segment(
            if self.progressive { 0xC2 } else { 0xC0 },
            &self.frame(),
        ));
        // Twelve categories with codes of four bits, and an AC table whose only symbol is "end of block".
        let dc = [
            &[0x00, 0, 0, 0, 12][..],
            &[0; 12],
            &(0..12).collect::<Vec<_>>(),
        ]
        .concat();
        let ac = [&[0x10, 1][..], &[0; 15], &[0x00]].concat();
        file.extend(segment(0xC4, &dc));
        file.extend(segment(0xC4, &ac));
        file.extend(segment(0xDA, &self.scan()));
        file.extend(self.entropy_coded());
        file.extend([0xFF, 0xD9]);
        file
    }

    fn frame(&self) -> Vec<u8> {
        let side = |blocks: u32, trim| u16::try_from(blocks * 8 - trim).expect("JPEG sizes");
        let mut frame = vec![8];
        frame.extend(side(self.blocks.1, self.trim.1).to_be_bytes());
        frame.extend(side(self.blocks.0, self.trim.0).to_be_bytes());
        frame.push(self.components as u8);
        for id in 1..=self.components {
            frame.extend([id as u8, 0x11, 0]);
        }
        frame
    }

    fn scan(&self) -> Vec<u8> {
        let mut scan = vec![self.components as u8];
        for id in 1..=self.components {
            scan.extend([id as u8, 0]);
        }
        scan.extend([0, if self.progressive { 0 } else { 63 }, 0]);
        scan
    }

    fn entropy_coded(&self) -> Vec<u8> {
        let mut bits = Bits::default();
        let mut previous = [0_i32; 4];
        for y in 0..self.blocks.1 {
            for x in 0..self.blocks.0 {
                let samples = (self.sample)(x, y);
                for (sample, previous) in samples.iter().zip(&mut previous).take(self.components) {
                    // The DC of a flat block is eight times its level.
                    let dc = (i32::from(*sample) - 128) * 8;
                    bits.dc(dc - *previous);
                    *previous = dc;
                    if !self.progressive {
                        bits.put(0, 1);
                    }
                }
            }
        }
        bits.finish()
    }
}

/// Inserts a colour profile, in one segment, behind the first marker of a finished file.
pub(in super::super) fn with_icc(file: &[u8], profile: &[u8]) -> Vec<u8> {
    let payload = [b"ICC_PROFILE\0\x01\x01", profile].concat();
    [&file[..2], &segment(0xE2, &payload), &file[2..]].concat()
}

fn segment(marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 2).expect("short segments");
    [&[0xFF, marker][..], &length.to_be_bytes(), payload].concat()
}

#[derive(Default)]
struct Bits {
    out: Vec<u8>,
    pending: u32,
    count: u32,
}

impl Bits {
    fn dc(&mut self, difference: i32) {
        let category = 32 - difference.unsigned_abs().leading_zeros();
        self.put(category, 4);
        let bits = if difference < 0 {
            difference - 1
        } else {
            difference
        };
        self.put(bits as u32 & ((1 << category) - 1), category);
    }

    fn put(&mut self, value: u32, count: u32) {
        self.pending = self.pending << count | value;
        self.count += count;
        while self.count >= 8 {
            self.count -= 8;
            let byte = (self.pending >> self.count) as u8;
            self.out.push(byte);
            if byte == 0xFF {
                self.out.push(0);
            }
        }
        self.pending &= (1 << self.count) - 1;
    }

    fn finish(mut self) -> Vec<u8> {
        let fill = (8 - self.count % 8) % 8;
        self.put((1 << fill) - 1, fill);
        self.out
    }
}
