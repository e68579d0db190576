//! Few bytes that ask for much work or memory.

use super::{Made, again};
use crate::hostile::Use;
use crate::hostile::bases::Bases;
use crate::hostile::form::Form;
use crate::hostile::large::progressive_jpeg;
use crate::hostile::pack::{ebml, iso_box, jpeg_segment, png_chunk, riff, riff_chunk, tiff};
use crate::rng::Rng;

pub(super) fn make(bases: &Bases, turn: u32, rng: &mut Rng) -> Made {
    let kinds = 20;
    let of = |form| &bases.of(form).bytes[..];
    let (label, extension, bytes) = match turn % kinds {
        0 => (
            "scans-of-a-large-picture",
            "jpg",
            progressive_jpeg(16_000, 7_000, 99),
        ),
        1 => (
            "too-many-scans",
            "jpg",
            progressive_jpeg(8_000, 8_000, 3_000),
        ),
        2 => ("tables-and-tables", "jpg", tables(of(Form::Jpeg), 4_000)),
        3 => ("too-many-tables", "jpg", tables(of(Form::Jpeg), 20_000)),
        4 => ("a-million-strips", "tiff", strips(1_000_000)),
        5 => ("as-many-strips-as-rows", "tiff", strips(16_000)),
        6 => (
            "overlapping-extents",
            "avif",
            extents(&bases.named("avif").bytes),
        ),
        7 => (
            "profile-of-gigabytes",
            "webp",
            lying_profile(&bases.named("webp-frame").bytes),
        ),
        8 => ("chunks-of-nothing", "png", empty_chunks(of(Form::Png))),
        9 => ("comments-and-comments", "gif", comments(of(Form::Gif))),
        10 => (
            "largest-tables",
            "mp4",
            largest_tables(&bases.named("h264").bytes),
        ),
        11 => (
            "largest-tables",
            "m4a",
            largest_tables(&bases.named("alac").bytes),
        ),
        12 => ("voids", "mkv", voids()),
        13 => ("many-streams", "ogg", many_streams(of(Form::Ogg))),
        14 => ("large-picture", "flac", flac_picture(of(Form::Flac))),
        15 => ("large-tag", "mp3", large_tag(of(Form::Mpeg))),
        16 => ("one-sample-a-second", "wav", wav([1, 65_535, 1, 16])),
        17 => ("no-channels", "wav", wav([1, 0, 44_100, 16])),
        18 => ("fastest", "wav", wav([3, 2, u32::MAX, 32])),
        _ => (
            "frames-of-seven-bytes",
            "aac",
            [0xFF, 0xF1, 0x50, 0x80, 0, 0xFF, 0xFC].repeat(20_000),
        ),
    };
    let usage = match extension {
        "mp4" | "mkv" => Use::Overlays,
        "jpg" | "tiff" | "avif" | "webp" | "png" => Use::Products,
        "gif" => Use::Frames,
        _ => Use::Audio,
    };
    again(Made::new(label, extension, usage, bytes), turn / kinds, rng)
}

/// So many Huffman tables before the picture.
fn tables(jpeg: &[u8], count: usize) -> Vec<u8> {
    let (start, rest) = jpeg.split_at(jpeg.len().min(2));
    let table = jpeg_segment(0xC4, &[&[0x13, 1][..], &[0; 15], &[0]].concat());
    [start, &table.repeat(count), rest].concat()
}

/// All strips are the same bytes.
fn strips(count: u32) -> Vec<u8> {
    let entries = [
        (256, 4, vec![16]),
        (257, 4, vec![count]),
        (258, 3, vec![8]),
        (259, 3, vec![5]),
        (262, 3, vec![1]),
        (273, 4, vec![8; count.min(200_000) as usize]),
        (277, 3, vec![1]),
        (278, 4, vec![1]),
        (279, 4, vec![16; count.min(200_000) as usize]),
    ];
    // LZW: clear, sixteen zeros, end, in nine bits each.
    tiff(
        &[
            0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 0x20,
        ],
        &entries,
    )
}

/// The item is made of the same bytes twenty thousand times over; its table is written anew behind everything else.
fn extents(avif: &[u8]) -> Vec<u8> {
    let mut iloc = vec![0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0];
    let count = 20_000_u16;
    iloc.extend(count.to_be_bytes());
    for _ in 0..count {
        iloc.extend(0_u32.to_be_bytes());
        iloc.extend(0_u32.to_be_bytes());
    }
    let entry = iso_box(
        b"infe",
        &[&[2, 0, 0, 0, 0, 1, 0, 0][..], b"av01\0"].concat(),
    );
    let boxes = [
        vec![0; 4],
        iso_box(b"pitm", &[0, 0, 0, 0, 0, 1]),
        iso_box(b"iloc", &iloc),
        iso_box(b"iinf", &[&[0, 0, 0, 0, 0, 1][..], &entry].concat()),
    ];
    let ftyp = iso_box(b"ftyp", b"avif\0\0\0\0avifmif1");
    let meta = iso_box(b"meta", &boxes.concat());
    [ftyp, meta, iso_box(b"mdat", &avif.repeat(50))].concat()
}

fn lying_profile(webp: &[u8]) -> Vec<u8> {
    let header = riff_chunk(b"VP8X", &[0x30, 0, 0, 0, 63, 0, 0, 47, 0, 0]);
    let picture = webp.get(12..).unwrap_or_default();
    let mut file = riff(
        b"WEBP",
        &[&header[..], picture, b"ICCP\xF0\xFF\xFF\xFF"].concat(),
    );
    file[4..8].fill(0xFF);
    file
}

fn empty_chunks(png: &[u8]) -> Vec<u8> {
    let (start, rest) = png.split_at(png.len().min(33));
    let empty = [png_chunk(b"tEXt", b"a\0"), png_chunk(b"prVt", b"")].concat();
    [start, &empty.repeat(50_000), rest].concat()
}

fn comments(gif: &[u8]) -> Vec<u8> {
    // Behind the header and its table of 256 colours.
    let (start, rest) = gif.split_at(gif.len().min(13 + 768));
    [start, &b"\x21\xFE\x01x\0".repeat(100_000), rest].concat()
}

/// Every table says that it had more entries than any file has room for.
fn largest_tables(file: &[u8]) -> Vec<u8> {
    let mut lying = file.to_vec();
    for pair in Form::Iso.fields(file).windows(2) {
        // A box whose second field, behind version and flags, is its number of entries.
        if pair[0].name == pair[1].name && pair[1].at == pair[0].at + 12 {
            pair[1].write(&mut lying, 0x0FFF_FFFF);
        }
    }
    lying
}

fn voids() -> Vec<u8> {
    let void = ebml(0xEC, b"");
    let segment = ebml(0x1853_8067, &void.repeat(100_000));
    [ebml(0x1A45_DFA3, &ebml(0x4282, b"matroska")), segment].concat()
}

/// The first page of the file, which begins a stream, again and again with another serial number.
fn many_streams(ogg: &[u8]) -> Vec<u8> {
    let second = ogg.windows(4).skip(1).position(|mark| mark == b"OggS");
    let page = &ogg[..second.map_or(ogg.len(), |at| at + 1)];
    let mut file = Vec::new();
    for serial in 0..10_000_u32 {
        let at = file.len();
        file.extend(page);
        if let Some(place) = file.get_mut(at + 14..at + 18) {
            place.copy_from_slice(&serial.to_le_bytes());
        }
    }
    file.extend(ogg);
    file
}

/// A picture of a megabyte that says it had sixteen.
fn flac_picture(flac: &[u8]) -> Vec<u8> {
    let (start, rest) = flac.split_at(flac.len().min(42));
    let mut block = vec![6, 0xFF, 0xFF, 0xFF, 0, 0, 0, 3, 0, 0, 0, 9];
    block.extend(b"image/png");
    block.resize(1 << 20, 0xFF);
    [start, &block, rest].concat()
}

/// A tag of the largest size there is, of which a part is there.
fn large_tag(mp3: &[u8]) -> Vec<u8> {
    let mut file = b"ID3\x04\0\x80\x7F\x7F\x7F\x7FAPIC\x7F\x7F\x7F\x70\0\0".to_vec();
    file.resize(1 << 20, 0xFF);
    file.extend(mp3);
    file
}

/// Tag of the kind of samples, channels, rate and bits as the header is to say them, and a kilobyte of sound.
fn wav([kind, channels, rate, bits]: [u32; 4]) -> Vec<u8> {
    let block = channels.wrapping_mul(bits / 8);
    let mut format = [(kind as u16).to_le_bytes(), (channels as u16).to_le_bytes()].concat();
    format.extend(rate.to_le_bytes());
    format.extend(rate.wrapping_mul(block).to_le_bytes());
    format.extend([(block as u16).to_le_bytes(), (bits as u16).to_le_bytes()].concat());
    let chunks = [
        riff_chunk(b"fmt ", &format),
        riff_chunk(b"data", &[0x40; 1024]),
    ]
    .concat();
    riff(b"WAVE", &chunks)
}
