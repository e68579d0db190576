//! Pictures that declare a hundred gigapixels, or as many as their format can, with next to no data.

use super::{Made, from_catalogue};
use crate::hostile::Use;
use crate::hostile::pack::{
    Bits, iso_box, jpeg_segment, png_chunk, riff, riff_chunk, tiff, zeros_zlib,
};
use crate::rng::Rng;

/// The side of a square of a hundred gigapixels.
const SIDE: u32 = 316_228;

pub(super) fn make(turn: u32, rng: &mut Rng) -> Made {
    const CATALOGUE: [fn(&mut Rng) -> Made; 22] = [
        |_| image("png-100-gigapixels", "png", png(SIDE, SIDE, 6, 16)),
        |_| image("png-largest", "png", png(0x7FFF_FFFF, 0x7FFF_FFFF, 6, 16)),
        |_| image("png-wide", "png", png(0x7FFF_FFFF, 1, 0, 1)),
        |_| image("png-tall", "png", png(1, 0x7FFF_FFFF, 0, 1)),
        |_| image("png-one-row-too-many", "png", png(12_000, 10_001, 2, 8)),
        |_| image("png-no-sides", "png", png(0, 0, 2, 8)),
        |_| image("jpeg-largest", "jpg", jpeg(0xC0, 65_535, 65_535, 3)),
        |_| {
            image(
                "jpeg-largest-progressive",
                "jpg",
                jpeg(0xC2, 65_535, 65_535, 4),
            )
        },
        |_| {
            image(
                "jpeg-progressive-below-the-side",
                "jpg",
                jpeg(0xC2, 16_000, 7_400, 4),
            )
        },
        |_| image("jpeg-height-told-later", "jpg", jpeg(0xC0, 4_000, 0, 3)),
        |_| {
            image(
                "gif-largest",
                "gif",
                gif([65_535, 65_535], [65_535, 65_535]),
            )
        },
        |_| image("gif-small-frame", "gif", gif([65_535, 65_535], [1, 1])),
        |_| image("gif-frame-beyond", "gif", gif([16, 16], [65_535, 65_535])),
        |_| {
            image(
                "bmp-100-gigapixels",
                "bmp",
                bmp(SIDE as i32, SIDE as i32, 24, 0),
            )
        },
        |_| image("bmp-upside-down", "bmp", bmp(i32::MAX, i32::MIN, 32, 0)),
        |_| image("bmp-run-lengths", "bmp", bmp(16_000, 7_000, 8, 1)),
        |_| image("tiff-100-gigapixels", "tiff", tiff_strips(SIDE, SIDE)),
        |_| image("tiff-tiles", "tiff", tiff_tiles(1_000, 0xFFFF_FFF0)),
        |_| image("webp-canvas", "webp", webp_canvas(1 << 24, 255)),
        |_| image("webp-lossless", "webp", webp_lossless(16_383, 16_383)),
        |_| image("webp-lossy", "webp", webp_lossy(16_383, 16_383)),
        |_| image("avif-largest", "avif", avif(65_535, 65_535)),
    ];
    from_catalogue(&CATALOGUE, turn, rng)
}

fn image(label: &str, extension: &'static str, bytes: Vec<u8>) -> Made {
    Made::new(label, extension, Use::Products, bytes)
}

fn png(width: u32, height: u32, colour: u8, depth: u8) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend([depth, colour, 0, 0, 0]);
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        png_chunk(b"IHDR", &header),
        png_chunk(b"IDAT", &zeros_zlib(4096)),
        png_chunk(b"IEND", b""),
    ]
    .concat()
}

/// Headers with tables of one code each, and a scan without data.
fn jpeg(frame: u8, width: u16, height: u16, components: u8) -> Vec<u8> {
    let mut sides = vec![8];
    sides.extend(height.to_be_bytes());
    sides.extend(width.to_be_bytes());
    sides.push(components);
    let mut scan = vec![components];
    for id in 1..=components {
        sides.extend([id, 0x11, 0]);
        scan.extend([id, 0]);
    }
    scan.extend([0, if frame == 0xC2 { 0 } else { 63 }, 0]);
    let table = |class: u8| [&[class, 1][..], &[0; 15], &[0]].concat();
    [
        vec![0xFF, 0xD8],
        jpeg_segment(0xDB, &[&[0][..], &[1; 64]].concat()),
        jpeg_segment(frame, &sides),
        jpeg_segment(0xC4, &table(0x00)),
        jpeg_segment(0xC4, &table(0x10)),
        jpeg_segment(0xDA, &scan),
        vec![0; 64],
        vec![0xFF, 0xD9],
    ]
    .concat()
}

fn gif([width, height]: [u16; 2], frame: [u16; 2]) -> Vec<u8> {
    let mut file = b"GIF89a".to_vec();
    file.extend([width.to_le_bytes(), height.to_le_bytes()].concat());
    file.extend([0x80, 0, 0, 0, 0, 0, 255, 255, 255, 0x2C, 0, 0, 0, 0]);
    file.extend(frame.map(u16::to_le_bytes).concat());
    // Clear, one pixel, end: codes of three bits.
    file.extend([0, 2, 2, 0b0100_0100, 0b0000_0001, 0, 0x3B]);
    file
}

fn bmp(width: i32, height: i32, bits: u16, packing: u32) -> Vec<u8> {
    let mut file = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    file.extend([width.to_le_bytes(), height.to_le_bytes()].concat());
    file.extend([1, 0]);
    file.extend(bits.to_le_bytes());
    file.extend(packing.to_le_bytes());
    file.extend([0; 20]);
    // A few runs, or pixels.
    file.extend([255, 7, 255, 9, 0, 0, 0, 1].repeat(16));
    file
}

fn tiff_strips(width: u32, height: u32) -> Vec<u8> {
    let rgb = rgb_tags(width, height);
    let strip = [
        (273, 4, vec![8]),
        (278, 4, vec![height]),
        (279, 4, vec![64]),
    ];
    tiff(&[0x55; 64], &[&rgb[..], &strip].concat())
}

fn tiff_tiles(side: u32, tile: u32) -> Vec<u8> {
    let rgb = rgb_tags(side, side);
    let tiles = [
        (322, 4, vec![tile]),
        (323, 4, vec![tile]),
        (324, 4, vec![8]),
        (325, 4, vec![64]),
    ];
    tiff(&[0x55; 64], &[&rgb[..], &tiles].concat())
}

fn rgb_tags(width: u32, height: u32) -> Vec<(u16, u16, Vec<u32>)> {
    vec![
        (256, 4, vec![width]),
        (257, 4, vec![height]),
        (258, 3, vec![8, 8, 8]),
        (259, 3, vec![1]),
        (262, 3, vec![2]),
        (277, 3, vec![3]),
    ]
}

fn webp_canvas(width: u32, height: u32) -> Vec<u8> {
    let side = |pixels: u32| (pixels - 1).to_le_bytes()[..3].to_vec();
    let header = [vec![0x10, 0, 0, 0], side(width), side(height)].concat();
    let picture = riff_chunk(b"VP8L", &lossless_header(16_383, 16_383));
    riff(b"WEBP", &[riff_chunk(b"VP8X", &header), picture].concat())
}

fn webp_lossless(width: u32, height: u32) -> Vec<u8> {
    riff(
        b"WEBP",
        &riff_chunk(b"VP8L", &lossless_header(width, height)),
    )
}

fn lossless_header(width: u32, height: u32) -> Vec<u8> {
    let sides = (width - 1) | (height - 1) << 14 | 1 << 28;
    [&[0x2F][..], &sides.to_le_bytes(), &[0; 32]].concat()
}

fn webp_lossy(width: u16, height: u16) -> Vec<u8> {
    // A key frame that is shown, with a first partition of 16 bytes.
    let tag = [0x10, 0x02, 0];
    let sides = [width.to_le_bytes(), height.to_le_bytes()].concat();
    let frame = [&tag[..], &[0x9D, 0x01, 0x2A], &sides, &[0; 64]].concat();
    riff(b"WEBP", &riff_chunk(b"VP8 ", &frame))
}

/// The smallest AVIF, around a sequence header and a frame without data.
fn avif(width: u32, height: u32) -> Vec<u8> {
    let item = [sequence_header(width, height), vec![0x32, 4, 0x10, 0, 0, 0]].concat();
    let ftyp = iso_box(b"ftyp", b"avif\0\0\0\0avifmif1miaf");
    let meta = |at: u32| {
        let mut iloc = vec![0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0, 0, 1];
        iloc.extend([at.to_be_bytes(), (item.len() as u32).to_be_bytes()].concat());
        let entry = iso_box(
            b"infe",
            &[&[2, 0, 0, 0, 0, 1, 0, 0][..], b"av01\0"].concat(),
        );
        let sides = [[0; 4], width.to_be_bytes(), height.to_be_bytes()].concat();
        let properties = [
            iso_box(b"ipco", &iso_box(b"ispe", &sides)),
            iso_box(b"ipma", &[0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1, 1]),
        ];
        let boxes = [
            vec![0; 4],
            iso_box(b"hdlr", b"\0\0\0\0\0\0\0\0pict\0\0\0\0\0\0\0\0\0\0\0\0\0"),
            iso_box(b"pitm", &[0, 0, 0, 0, 0, 1]),
            iso_box(b"iloc", &iloc),
            iso_box(b"iinf", &[&[0, 0, 0, 0, 0, 1][..], &entry].concat()),
            iso_box(b"iprp", &properties.concat()),
        ];
        iso_box(b"meta", &boxes.concat())
    };
    let data_at = ftyp.len() + meta(0).len() + 8;
    [ftyp, meta(data_at as u32), iso_box(b"mdat", &item)].concat()
}

/// A reduced still picture's header (AV1 specification, 5.5): 4:2:0, eight bits, sides of 16 bits.
fn sequence_header(width: u32, height: u32) -> Vec<u8> {
    let mut bits = Bits::default();
    // Profile, still, reduced, level, lengths of the sides, the sides.
    bits.put(0, 3).put(1, 1).put(1, 1).put(31, 5);
    bits.put(15, 4).put(15, 4);
    bits.put(u64::from(width) - 1, 16)
        .put(u64::from(height) - 1, 16);
    // No tools, eight bits in colour, nothing described, no grain; then the end.
    bits.put(0, 6).put(0, 8).put(1, 1);
    let payload = bits.bytes();
    [&[0x0A, payload.len() as u8][..], &payload].concat()
}
