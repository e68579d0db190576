//! Files that are two things at once, depending on who looks.

use super::{Made, again};
use crate::hostile::Use;
use crate::hostile::bases::Bases;
use crate::hostile::form::Form;
use crate::hostile::pack::{iso_box, jpeg_segment, png_chunk, riff, riff_chunk};
use crate::rng::Rng;

const PAGE: &[u8] = b"<!doctype html><script>alert(document.domain)</script>";
const ARCHIVE: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

pub(super) fn make(bases: &Bases, turn: u32, rng: &mut Rng) -> Made {
    let kinds = 12;
    let sound = |form| bases.of(form).bytes.clone();
    let (label, extension, usage, bytes) = match turn % kinds {
        0 => (
            "jpeg-and-zip",
            "jpg",
            Use::Products,
            [&sound(Form::Jpeg)[..], ARCHIVE].concat(),
        ),
        1 => (
            "jpeg-and-html",
            "html",
            Use::Products,
            in_jpeg(&sound(Form::Jpeg), PAGE),
        ),
        2 => ("gif-and-script", "gif", Use::Frames, gif_script()),
        3 => (
            "png-and-html",
            "png",
            Use::Products,
            in_png(&sound(Form::Png), PAGE),
        ),
        4 => (
            "png-and-zip",
            "png",
            Use::Frames,
            [&sound(Form::Png)[..], ARCHIVE].concat(),
        ),
        5 => (
            "bmp-and-mp3",
            "bmp",
            Use::Products,
            [sound(Form::Bmp), sound(Form::Mpeg)].concat(),
        ),
        6 => (
            "wav-and-mp3",
            "wav",
            Use::Audio,
            wav_around(&sound(Form::Mpeg)),
        ),
        7 => (
            "mp3-and-jpeg",
            "mp3",
            Use::Audio,
            [sound(Form::Mpeg), sound(Form::Jpeg)].concat(),
        ),
        8 => (
            "mp4-and-html",
            "mp4",
            Use::Overlays,
            in_mp4(&bases.named("h264").bytes, PAGE),
        ),
        9 => (
            "mp4-and-avif",
            "mp4",
            Use::Overlays,
            two_brands(&bases.named("h264").bytes),
        ),
        10 => (
            "pdf-and-jpeg",
            "jpg",
            Use::Products,
            pdf_around(&sound(Form::Jpeg)),
        ),
        _ => (
            "flac-and-ogg",
            "flac",
            Use::Audio,
            [sound(Form::Flac), sound(Form::Ogg)].concat(),
        ),
    };
    again(Made::new(label, extension, usage, bytes), turn / kinds, rng)
}

/// In a comment behind the first marker.
fn in_jpeg(file: &[u8], text: &[u8]) -> Vec<u8> {
    let (start, rest) = file.split_at(file.len().min(2));
    [start, &jpeg_segment(0xFE, text), rest].concat()
}

/// In a text behind the header.
fn in_png(file: &[u8], text: &[u8]) -> Vec<u8> {
    let (start, rest) = file.split_at(file.len().min(33));
    let chunk = png_chunk(b"tEXt", &[b"Comment\0", text].concat());
    [start, &chunk, rest].concat()
}

/// In a box that means nothing, behind the first.
fn in_mp4(file: &[u8], text: &[u8]) -> Vec<u8> {
    let first = file
        .first_chunk()
        .map_or(0, |length| u32::from_be_bytes(*length) as usize);
    let (start, rest) = file.split_at(first.min(file.len()));
    [start, &iso_box(b"free", text), rest].concat()
}

/// A film that says it were a still picture as well.
fn two_brands(file: &[u8]) -> Vec<u8> {
    let first = file
        .first_chunk()
        .map_or(0, |length| u32::from_be_bytes(*length) as usize);
    let rest = &file[first.min(file.len())..];
    [&iso_box(b"ftyp", b"isom\0\0\0\0isomavifmif1")[..], rest].concat()
}

/// `GIF89a/*` is the beginning of a comment for JavaScript, and a size of 10799x42 for GIF.
fn gif_script() -> Vec<u8> {
    let mut file = b"GIF89a/*\x2a\0\0\0\0".to_vec();
    file.extend(
        b"\x21\xFE\x10*/=1;alert(1);//\0\0\x2C\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0\x3B",
    );
    file
}

/// Sound that says it were PCM and is MP3.
fn wav_around(mp3: &[u8]) -> Vec<u8> {
    let format = [1, 0, 2, 0, 0x44, 0xAC, 0, 0, 0x10, 0xB1, 2, 0, 4, 0, 16, 0];
    let chunks = [riff_chunk(b"fmt ", &format), riff_chunk(b"data", mp3)].concat();
    riff(b"WAVE", &chunks)
}

fn pdf_around(jpeg: &[u8]) -> Vec<u8> {
    let head = b"%PDF-1.4\n1 0 obj<</Filter/DCTDecode>>stream\n";
    // A comment that begins with the PDF's mark: both find their own within the first kilobyte.
    let first = [&[0xFF, 0xD8][..], &jpeg_segment(0xFE, head)].concat();
    [
        &first[..],
        &jpeg[jpeg.len().min(2)..],
        b"\nendstream endobj\n%%EOF",
    ]
    .concat()
}
