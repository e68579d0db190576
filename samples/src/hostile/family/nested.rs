//! Containers in containers in containers.

use super::{Made, from_catalogue};
use crate::hostile::Use;
use crate::hostile::pack::{ebml, ebml_id, iso_box, jpeg_segment, riff, riff_chunk, tiff};
use crate::rng::Rng;

/// How deep.
const DEPTH: usize = 5_000;
/// Elements of Matroska: its header, and one that holds others.
const EBML: u32 = 0x1A45_DFA3;
const SEGMENT: u32 = 0x1853_8067;
const TRACKS: u32 = 0x1654_AE6B;

pub(super) fn make(turn: u32, rng: &mut Rng) -> Made {
    const CATALOGUE: [fn(&mut Rng) -> Made; 14] = [
        |_| {
            Made::new(
                "moov-in-moov",
                "mp4",
                Use::Overlays,
                boxes(b"isom", b"moov"),
            )
        },
        |_| Made::new("trak-in-trak", "m4a", Use::Audio, boxes(b"M4A ", b"trak")),
        |_| {
            Made::new(
                "udta-in-udta",
                "mov",
                Use::Overlays,
                boxes(b"qt  ", b"udta"),
            )
        },
        |_| {
            Made::new(
                "meta-in-meta",
                "avif",
                Use::Products,
                boxes(b"avif", b"meta"),
            )
        },
        |_| Made::new("iprp-in-iprp", "avif", Use::Frames, boxes(b"avif", b"iprp")),
        |_| Made::new("boxes-to-the-end", "mp4", Use::Overlays, endless_boxes()),
        |_| Made::new("list-in-list", "avi", Use::Overlays, lists(b"AVI ")),
        |_| Made::new("list-in-list", "wav", Use::Audio, lists(b"WAVE")),
        |_| Made::new("anmf-in-anmf", "webp", Use::Products, frames_in_frames()),
        |_| {
            Made::new(
                "segment-in-segment",
                "mkv",
                Use::Overlays,
                elements(SEGMENT),
            )
        },
        |_| Made::new("tracks-without-end", "webm", Use::Audio, endless_elements()),
        |_| {
            Made::new(
                "directories-in-a-chain",
                "tiff",
                Use::Products,
                directories(),
            )
        },
        |_| Made::new("tag-in-tag", "mp3", Use::Audio, tags()),
        |_| Made::new("picture-in-picture", "jpg", Use::Products, thumbnails()),
    ];
    from_catalogue(&CATALOGUE, turn, rng)
}

/// A file whose innermost box is empty; each begins with four zeros, which `meta` wants.
fn boxes(brand: &[u8; 4], kind: &[u8; 4]) -> Vec<u8> {
    let ftyp = iso_box(b"ftyp", &[&brand[..], b"\0\0\0\0", &brand[..]].concat());
    let header = if kind == b"meta" { 12 } else { 8 };
    let mut file = ftyp;
    // From the outermost on: a box is as long as all that is still to come.
    for left in (1..=DEPTH).rev() {
        file.extend(((left * header) as u32).to_be_bytes());
        file.extend(kind);
        file.resize(file.len() + header - 8, 0);
    }
    file
}

/// Boxes of length nought, which means "to the end".
fn endless_boxes() -> Vec<u8> {
    let ftyp = iso_box(b"ftyp", b"isom\0\0\0\0isom");
    [ftyp, b"\0\0\0\0moov".repeat(DEPTH)].concat()
}

fn lists(kind: &[u8; 4]) -> Vec<u8> {
    let mut inner = Vec::new();
    for _ in 0..1_000 {
        inner = riff_chunk(b"LIST", &[&b"INFO"[..], &inner].concat());
    }
    riff(kind, &inner)
}

fn frames_in_frames() -> Vec<u8> {
    let mut inner = Vec::new();
    for _ in 0..500 {
        inner = riff_chunk(b"ANMF", &[&[0; 16][..], &inner].concat());
    }
    let canvas = riff_chunk(b"VP8X", &[2, 0, 0, 0, 63, 0, 0, 47, 0, 0]);
    let loops = riff_chunk(b"ANIM", &[0; 6]);
    riff(b"WEBP", &[canvas, loops, inner].concat())
}

fn elements(id: u32) -> Vec<u8> {
    let mut file = ebml(EBML, &ebml(0x4282, b"matroska"));
    let header = ebml(id, b"").len();
    for left in (1..=DEPTH).rev() {
        file.extend(ebml_id(id));
        file.extend((((left - 1) * header) as u64 | 1 << 56).to_be_bytes());
    }
    file
}

/// Elements of unknown size, which lasts until something of a higher level comes.
fn endless_elements() -> Vec<u8> {
    let unknown = 0x01FF_FFFF_FFFF_FFFF_u64.to_be_bytes();
    let mut file = ebml(EBML, &ebml(0x4282, b"webm"));
    for id in [SEGMENT, TRACKS].into_iter().cycle().take(DEPTH) {
        file.extend(ebml_id(id));
        file.extend(unknown);
    }
    file
}

/// Directories that name each other as the next, and as parts of themselves (SubIFDs, EXIF).
fn directories() -> Vec<u8> {
    let mut file = tiff(&[], &[(256, 4, vec![1]), (257, 4, vec![1])]);
    for _ in 0..DEPTH {
        // The last four bytes are the offset of the next directory, which begins behind them.
        let end = file.len();
        file[end - 4..].copy_from_slice(&(end as u32).to_le_bytes());
        file.extend([2, 0]);
        for tag in [330_u16, 34_665] {
            file.extend(tag.to_le_bytes());
            file.extend([4, 0, 1, 0, 0, 0]);
            file.extend((end as u32).to_le_bytes());
        }
        file.extend([0; 4]);
    }
    file
}

/// ID3 tags, each in front of the next.
fn tags() -> Vec<u8> {
    let mut file = Vec::new();
    for _ in 0..DEPTH {
        file.extend(b"ID3\x03\0\0\0\0\0\x0a");
        file.extend([0; 10]);
    }
    file
}

/// JPEGs whose EXIF block holds a JPEG whose EXIF block … as far as a segment goes.
fn thumbnails() -> Vec<u8> {
    let mut inner = vec![0xFF, 0xD8, 0xFF, 0xD9];
    while inner.len() < 60_000 {
        let block = [b"Exif\0\0MM\0\x2a\0\0\0\x08\0\0", &inner[..]].concat();
        inner = [
            vec![0xFF, 0xD8],
            jpeg_segment(0xE1, &block),
            vec![0xFF, 0xD9],
        ]
        .concat();
    }
    inner
}
