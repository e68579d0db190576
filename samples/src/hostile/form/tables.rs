//! Formats with fields at fixed places, or found by looking for their marks.

use super::{Field, number};

/// Lengths of segments up to the first scan, and the sides of the picture.
pub(super) fn jpeg(file: &[u8]) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut at = 2;
    while let Some(&[0xFF, marker]) = file.get(at..at + 2) {
        fields.push(Field::be(at + 2, 2, *b"segm"));
        if matches!(marker, 0xC0..=0xC2) {
            fields.extend([
                Field::be(at + 5, 2, *b"high"),
                Field::be(at + 7, 2, *b"wide"),
                Field::be(at + 9, 1, *b"comp"),
            ]);
        }
        let length = number(file, at + 2, 2, true).unwrap_or(0) as usize;
        if marker == 0xDA || length < 2 {
            break;
        }
        at += 2 + length;
    }
    fields
}

pub(super) fn gif(file: &[u8]) -> Vec<Field> {
    let mut fields = vec![
        Field::le(6, 2, *b"wide"),
        Field::le(8, 2, *b"high"),
        Field::le(10, 1, *b"flag"),
    ];
    // The first image descriptor, most likely: a comma before four small numbers.
    let descriptor = file
        .windows(10)
        .position(|w| w[0] == 0x2C && w[2] == 0 && w[4] == 0);
    if let Some(at) = descriptor {
        fields.extend([1, 3, 5, 7].map(|offset| Field::le(at + offset, 2, *b"fram")));
        fields.push(Field::le(at + 10, 1, *b"code"));
    }
    fields
}

pub(super) fn bmp() -> Vec<Field> {
    vec![
        Field::le(2, 4, *b"size"),
        Field::le(10, 4, *b"data"),
        Field::le(14, 4, *b"head"),
        Field::le(18, 4, *b"wide"),
        Field::le(22, 4, *b"high"),
        Field::le(28, 2, *b"bits"),
        Field::le(30, 4, *b"pack"),
        Field::le(46, 4, *b"cols"),
    ]
}

/// Counts and values of every entry of the first directory, and where the directories are.
pub(super) fn tiff(file: &[u8]) -> Vec<Field> {
    let big_endian = file.starts_with(b"MM");
    let field = |at, bytes, name| match big_endian {
        true => Field::be(at, bytes, name),
        false => Field::le(at, bytes, name),
    };
    let mut fields = vec![field(4, 4, *b"dir-")];
    let Some(at) = number(file, 4, 4, big_endian).map(|at| at as usize) else {
        return fields;
    };
    let count = number(file, at, 2, big_endian).unwrap_or(0) as usize;
    fields.push(field(at, 2, *b"tags"));
    for entry in (0..count.min(64)).map(|index| at + 2 + 12 * index) {
        let tag = number(file, entry, 2, big_endian).unwrap_or(0);
        let digits = format!("{:04}", tag % 10_000);
        let name = digits.as_bytes().first_chunk().copied().unwrap_or(*b"tag-");
        fields.extend([
            field(entry + 2, 2, name),
            field(entry + 4, 4, name),
            field(entry + 8, 4, name),
        ]);
    }
    fields.push(field(at + 2 + 12 * count, 4, *b"next"));
    fields
}

/// Version, flags, position, serial number, segments and the first segment's length of each page.
pub(super) fn ogg(file: &[u8]) -> Vec<Field> {
    let pages = file.windows(4).enumerate().filter(|(_, w)| w == b"OggS");
    let fields_of = |at: usize| {
        [(4, 1), (5, 1), (6, 8), (14, 4), (26, 1), (27, 1)]
            .map(|(offset, bytes)| Field::le(at + offset, bytes, *b"page"))
    };
    pages.take(20).flat_map(|(at, _)| fields_of(at)).collect()
}

/// Lengths of metadata blocks, and what the first one says of blocks, frames, rate and samples.
pub(super) fn flac(file: &[u8]) -> Vec<Field> {
    let mut fields = vec![
        Field::be(8, 2, *b"mini"),
        Field::be(10, 2, *b"maxi"),
        Field::be(12, 3, *b"fram"),
        Field::be(18, 4, *b"rate"),
        Field::be(21, 5, *b"samp"),
    ];
    let mut at = 4;
    while let Some(kind) = number(file, at, 1, true) {
        fields.push(Field::be(at + 1, 3, *b"meta"));
        let length = number(file, at + 1, 3, true).unwrap_or(0) as usize;
        at += 4 + length;
        if kind & 0x80 != 0 {
            break;
        }
    }
    fields
}

pub(super) fn au() -> Vec<Field> {
    vec![
        Field::be(4, 4, *b"head"),
        Field::be(8, 4, *b"data"),
        Field::be(12, 4, *b"code"),
        Field::be(16, 4, *b"rate"),
        Field::be(20, 4, *b"chan"),
    ]
}

/// The length of an ID3 tag, where there is one, and the bytes behind the marks of the first frames.
pub(super) fn frames(file: &[u8]) -> Vec<Field> {
    let mut fields = vec![
        Field::be(4, 2, *b"head"),
        Field::be(6, 4, *b"size"),
        Field::be(10, 4, *b"item"),
    ];
    let marks = file.windows(2).enumerate();
    let marks = marks.filter(|(_, w)| w[0] == 0xFF && w[1] & 0xE0 == 0xE0);
    fields.extend(marks.take(20).map(|(at, _)| Field::be(at + 2, 4, *b"fram")));
    fields
}

#[cfg(test)]
mod tests {
    use super::super::super::pack::{jpeg_segment, tiff as tiff_file};
    use super::*;

    #[test]
    fn a_jpeg_tells_its_sides() {
        let frame = [8, 1, 2, 3, 4, 1, 1, 0x11, 0];
        let file = [
            vec![0xFF, 0xD8],
            jpeg_segment(0xFE, b"x"),
            jpeg_segment(0xC0, &frame),
            jpeg_segment(0xDA, &[1]),
        ]
        .concat();
        let fields = jpeg(&file);
        let values: Vec<u64> = fields.iter().map(|field| field.read(&file)).collect();
        assert_eq!(values, [3, 11, 0x0102, 0x0304, 1, 3]);
    }

    #[test]
    fn a_tiff_tells_its_tags() {
        let file = tiff_file(&[1, 2], &[(256, 4, vec![7]), (257, 4, vec![8])]);
        let fields = tiff(&file);
        let values: Vec<u64> = fields.iter().map(|field| field.read(&file)).collect();
        assert_eq!(values, [10, 2, 4, 1, 7, 4, 1, 8, 0]);
        assert_eq!(fields[3].label(), "0256");
    }
}
