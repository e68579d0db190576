//! Sound pictures of any size in few bytes: their pixels are all alike. For what lies right below a limit.

use super::pack::{jpeg_segment, png_chunk, tiff as tiff_file, zeros_zlib};

/// A PNG of transparent black with so many bits (8 or 16) in each of four channels.
#[must_use]
pub fn png(width: u32, height: u32, bits: u8) -> Vec<u8> {
    let row = u64::from(width) * 4 * u64::from(bits) / 8 + 1;
    png_of([width, height], [bits, 6, 0], &[], row * u64::from(height))
}

/// A PNG with these sides, depth, kind of colour and interlacing, chunks before its data, and so many zeros as data.
pub(super) fn png_of(sides: [u32; 2], kind: [u8; 3], chunks: &[Vec<u8>], zeros: u64) -> Vec<u8> {
    let [depth, colour, interlaced] = kind;
    let mut header = sides.map(u32::to_be_bytes).concat();
    header.extend([depth, colour, 0, 0, interlaced]);
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        png_chunk(b"IHDR", &header),
        chunks.concat(),
        png_chunk(b"IDAT", &zeros_zlib(zeros)),
        png_chunk(b"IEND", b""),
    ]
    .concat()
}

/// A TIFF of black RGB with eight bits, in one strip of Deflate.
#[must_use]
pub fn tiff(width: u32, height: u32) -> Vec<u8> {
    let data = zeros_zlib(u64::from(width) * u64::from(height) * 3);
    let entries = [
        (256, 4, vec![width]),
        (257, 4, vec![height]),
        (258, 3, vec![8, 8, 8]),
        (259, 3, vec![8]),
        (262, 3, vec![2]),
        (273, 4, vec![8]),
        (277, 3, vec![3]),
        (278, 4, vec![height]),
        (279, 4, vec![data.len() as u32]),
    ];
    tiff_file(&data, &entries)
}

/// A progressive JPEG of middle grey in so many scans, at least one. All but the first say, in a few bytes, that nothing
/// changes anywhere.
#[must_use]
pub fn progressive_jpeg(width: u16, height: u16, scans: usize) -> Vec<u8> {
    let mut frame = vec![8];
    frame.extend(height.to_be_bytes());
    frame.extend(width.to_be_bytes());
    frame.extend([1, 1, 0x11, 0]);
    // The only codes, of one bit each: a difference of nought, and "a run of 16384 blocks and more ends here".
    let table = |class: u8, symbol: u8| [&[class, 1][..], &[0; 15], &[symbol]].concat();
    let blocks = u64::from(width).div_ceil(8) * u64::from(height).div_ceil(8);
    let first = jpeg_segment(0xDA, &[1, 1, 0, 0, 0, 0]);
    let refining = jpeg_segment(0xDA, &[1, 1, 0, 1, 63, 0x10]);
    // Each run takes the code and 14 bits of its length.
    let runs = (blocks / 16_384 + 1) as usize * 2;
    [
        vec![0xFF, 0xD8],
        jpeg_segment(0xDB, &[&[0][..], &[1; 64]].concat()),
        jpeg_segment(0xC2, &frame),
        jpeg_segment(0xC4, &table(0x00, 0)),
        jpeg_segment(0xC4, &table(0x10, 0xE0)),
        first,
        vec![0; blocks.div_ceil(8) as usize],
        [refining, vec![0; runs]]
            .concat()
            .repeat(scans.saturating_sub(1)),
        vec![0xFF, 0xD9],
    ]
    .concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_image_crate_reads_them() {
        for (name, file) in [
            ("8-bit png", png(20, 30, 8)),
            ("16-bit png", png(20, 30, 16)),
            ("tiff", tiff(20, 30)),
            ("jpeg", progressive_jpeg(20, 30, 1)),
            ("jpeg with scans", progressive_jpeg(20, 30, 9)),
        ] {
            let image = image::load_from_memory(&file);
            let image = image.unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!((image.width(), image.height()), (20, 30), "{name}");
            let luma = image.into_luma8();
            assert!(
                luma.pixels().all(|pixel| pixel == luma.get_pixel(0, 0)),
                "{name}"
            );
        }
    }

    #[test]
    fn they_take_a_thousandth_of_their_pixels() {
        assert!(png(4_000, 4_000, 16).len() < 1 << 20);
        assert!(tiff(4_000, 4_000).len() < 1 << 19);
        assert!(progressive_jpeg(4_000, 4_000, 50).len() < 1 << 17);
    }
}
