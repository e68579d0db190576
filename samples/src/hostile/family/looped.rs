//! Camera data and directories that lead back to themselves, or nowhere.

use super::{Made, again};
use crate::hostile::Use;
use crate::hostile::bases::Bases;
use crate::hostile::form::Form;
use crate::hostile::pack::{jpeg_segment, png_chunk, riff, riff_chunk, tiff};
use crate::rng::Rng;

/// A tag for the EXIF directory, and for the one with places.
const EXIF: u16 = 34_665;
const GPS: u16 = 34_853;
/// A tag for directories of further pictures.
const SUB: u16 = 330;
const ORIENTATION: u16 = 274;

pub(super) fn make(bases: &Bases, turn: u32, rng: &mut Rng) -> Made {
    let blocks = 9;
    let (what, block) = block(turn % blocks, rng);
    let holder = turn / blocks % 4;
    let (label, extension, usage, bytes) = match holder {
        0 => (
            "jpeg",
            "jpg",
            Use::Products,
            in_jpeg(&bases.of(Form::Jpeg).bytes, &block),
        ),
        1 => (
            "png",
            "png",
            Use::Frames,
            in_png(&bases.of(Form::Png).bytes, &block),
        ),
        2 => (
            "webp",
            "webp",
            Use::Products,
            in_webp(&bases.named("webp-frame").bytes, &block),
        ),
        _ => ("tiff", "tiff", Use::Products, block),
    };
    let made = Made::new(format!("{what}-{label}"), extension, usage, bytes);
    again(made, turn / (4 * blocks), rng)
}

/// A directory in the form of a TIFF.
fn block(kind: u32, rng: &mut Rng) -> (&'static str, Vec<u8>) {
    match kind {
        0 => ("next-is-itself", looped(8)),
        1 => (
            "exif-is-itself",
            tiff(&[], &[(EXIF, 4, vec![8]), (GPS, 4, vec![8])]),
        ),
        2 => ("subs-are-itself", tiff(&[], &[(SUB, 4, vec![8; 1_000])])),
        3 => ("next-in-the-middle", looped(10)),
        4 => ("directory-beyond", b"MM\0\x2a\xFF\xFF\xFF\xF0".to_vec()),
        5 => ("too-many-tags", many_tags()),
        6 => ("huge-counts", huge_counts(rng)),
        7 => (
            "odd-orientation",
            tiff(&[], &[(ORIENTATION, 3, vec![rng.below(300)])]),
        ),
        _ => (
            "orientation-of-another-kind",
            tiff(&[], &[(ORIENTATION, 2, vec![rng.below(9); 5])]),
        ),
    }
}

/// A directory whose successor begins at `target`; it begins at 8 itself.
fn looped(target: u32) -> Vec<u8> {
    let mut block = tiff(&[], &[(ORIENTATION, 3, vec![6]), (EXIF, 4, vec![8])]);
    let end = block.len();
    block[end - 4..].copy_from_slice(&target.to_le_bytes());
    block
}

/// 65,535 entries are promised, and three are there.
fn many_tags() -> Vec<u8> {
    let entries: Vec<_> = (0..3).map(|n| (ORIENTATION + n, 3, vec![6])).collect();
    let mut block = tiff(&[], &entries);
    block[8..10].fill(0xFF);
    block
}

/// Every value has the largest number of parts, and lies at the end.
fn huge_counts(rng: &mut Rng) -> Vec<u8> {
    let kind = 1 + rng.below(13) as u16;
    let entries: Vec<_> = (0..20)
        .map(|n| (256 + 11 * n, kind.clamp(1, 7), vec![1]))
        .collect();
    let mut block = tiff(&[], &entries);
    for entry in block[10..].chunks_exact_mut(12).take(20) {
        entry[2..4].copy_from_slice(&kind.to_le_bytes());
        entry[4..8].fill(0xFF);
    }
    block
}

fn in_jpeg(file: &[u8], block: &[u8]) -> Vec<u8> {
    let (start, rest) = file.split_at(file.len().min(2));
    let segment = jpeg_segment(0xE1, &[b"Exif\0\0", block].concat());
    [start, &segment, rest].concat()
}

fn in_png(file: &[u8], block: &[u8]) -> Vec<u8> {
    let (start, rest) = file.split_at(file.len().min(33));
    [start, &png_chunk(b"eXIf", block), rest].concat()
}

/// In the extended form, with alpha and camera data; the picture is that of a simple one of 64x48.
fn in_webp(file: &[u8], block: &[u8]) -> Vec<u8> {
    let header = riff_chunk(b"VP8X", &[0x18, 0, 0, 0, 63, 0, 0, 47, 0, 0]);
    let picture = file.get(12..).unwrap_or_default();
    let block = riff_chunk(b"EXIF", block);
    riff(b"WEBP", &[&header[..], picture, &block].concat())
}
