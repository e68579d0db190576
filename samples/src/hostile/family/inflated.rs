//! Small files whose contents are large once they are unpacked.

use super::{Made, from_catalogue};
use crate::hostile::Use;
use crate::hostile::large;
use crate::hostile::pack::{png_chunk, stored_zlib, tiff, zeros_zlib};
use crate::rng::Rng;

pub(super) fn make(turn: u32, rng: &mut Rng) -> Made {
    const CATALOGUE: [fn(&mut Rng) -> Made; 11] = [
        |_| image("png-at-the-limit", "png", picture(16_384, 7_324, 0, 1, &[])),
        |_| image("png-much-memory", "png", picture(7_000, 7_000, 6, 16, &[])),
        |_| image("png-more-than-declared", "png", more_than_declared()),
        |_| {
            image(
                "png-profile",
                "png",
                picture(8, 8, 2, 8, &[profile(200 << 20)]),
            )
        },
        |_| {
            image(
                "png-profile-to-the-limit",
                "png",
                picture(8, 8, 2, 8, &[profile(16 << 20)]),
            )
        },
        |_| {
            image(
                "png-text",
                "png",
                picture(8, 8, 2, 8, &[text(200 << 20, 1)]),
            )
        },
        |_| {
            image(
                "png-text-in-text",
                "png",
                picture(8, 8, 2, 8, &[text(64 << 20, 3)]),
            )
        },
        |_| image("png-many-texts", "png", picture(8, 8, 2, 8, &many_texts())),
        |_| image("png-interlaced", "png", interlaced(10_000, 10_000)),
        |_| image("tiff-strips", "tiff", large::tiff(9_000, 9_000)),
        |_| image("tiff-wide-tiles", "tiff", padded_tiles()),
    ];
    from_catalogue(&CATALOGUE, turn, rng)
}

fn image(label: &str, extension: &'static str, bytes: Vec<u8>) -> Made {
    Made::new(label, extension, Use::Products, bytes)
}

/// A sound PNG of nothing but zeros.
fn picture(width: u32, height: u32, colour: u8, depth: u8, chunks: &[Vec<u8>]) -> Vec<u8> {
    let channels: u64 = match colour {
        0 => 1,
        2 => 3,
        _ => 4,
    };
    let row = (u64::from(width) * channels * u64::from(depth)).div_ceil(8) + 1;
    let zeros = row * u64::from(height);
    large::png_of([width, height], [depth, colour, 0], chunks, zeros)
}

fn more_than_declared() -> Vec<u8> {
    large::png_of([8, 8], [8, 2, 0], &[], 500 << 20)
}

/// The seven passes have more filter bytes than the rows of the picture.
fn interlaced(width: u32, height: u32) -> Vec<u8> {
    let zeros = u64::from(width + 7) * u64::from(height + 7) + 4 * u64::from(height);
    large::png_of([width, height], [8, 0, 1], &[], zeros)
}

fn profile(bytes: u64) -> Vec<u8> {
    png_chunk(b"iCCP", &[b"icc\0\0", &zeros_zlib(bytes)[..]].concat())
}

/// Text packed `times` times over.
fn text(bytes: u64, times: u32) -> Vec<u8> {
    let packed = (1..times).fold(zeros_zlib(bytes), |inner, _| stored_zlib(&inner));
    png_chunk(
        b"zTXt",
        &[b"Raw profile type iptc\0\0", &packed[..]].concat(),
    )
}

fn many_texts() -> Vec<Vec<u8>> {
    (0..200).map(|_| text(1 << 20, 1)).collect()
}

/// A tile that is hundreds of times as wide as the picture: all beyond it is unpacked and thrown away.
fn padded_tiles() -> Vec<u8> {
    let (side, tile) = (16, 8_192);
    let data = zeros_zlib(u64::from(tile) * u64::from(tile) * 3);
    let entries = [
        (256, 4, vec![side]),
        (257, 4, vec![side]),
        (258, 3, vec![8, 8, 8]),
        (259, 3, vec![8]),
        (262, 3, vec![2]),
        (277, 3, vec![3]),
        (322, 4, vec![tile]),
        (323, 4, vec![tile]),
        (324, 4, vec![8]),
        (325, 4, vec![data.len() as u32]),
    ];
    tiff(&data, &entries)
}
