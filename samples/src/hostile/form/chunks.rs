//! Formats that are rows of chunks with a name and a length.

use super::{Field, number};

/// How a row of chunks is laid out.
#[derive(Clone, Copy)]
struct Layout {
    /// Bytes of a name, of which the first four are told.
    name_bytes: usize,
    length_bytes: usize,
    big_endian: bool,
    length_first: bool,
    /// Bytes that a length counts beside the data.
    counts: usize,
    /// What follows the data: a checksum.
    after: usize,
    /// Chunks begin at multiples of this.
    aligned: usize,
    /// Names of chunks that hold chunks, with the bytes before the first of them.
    holds: &'static [(&'static [u8; 4], usize)],
}

const RIFF: Layout = Layout {
    name_bytes: 4,
    length_bytes: 4,
    big_endian: false,
    length_first: false,
    counts: 0,
    after: 0,
    aligned: 2,
    holds: &[(b"RIFF", 4), (b"LIST", 4), (b"ANMF", 16)],
};

pub(super) fn riff(file: &[u8]) -> Vec<Field> {
    walk(file, 0, file.len(), RIFF)
}

pub(super) fn aiff(file: &[u8]) -> Vec<Field> {
    let layout = Layout {
        big_endian: true,
        holds: &[(b"FORM", 4)],
        ..RIFF
    };
    walk(file, 0, file.len(), layout)
}

pub(super) fn caf(file: &[u8]) -> Vec<Field> {
    let layout = Layout {
        length_bytes: 8,
        big_endian: true,
        aligned: 1,
        ..RIFF
    };
    walk(file, 8, file.len(), layout)
}

pub(super) fn png(file: &[u8]) -> Vec<Field> {
    let layout = Layout {
        big_endian: true,
        length_first: true,
        after: 4,
        aligned: 1,
        ..RIFF
    };
    let mut fields = walk(file, 8, file.len(), layout);
    // The sides in the header, which is always the first chunk.
    fields.extend([Field::be(16, 4, *b"wide"), Field::be(20, 4, *b"high")]);
    fields
}

pub(super) fn w64(file: &[u8]) -> Vec<Field> {
    let layout = Layout {
        name_bytes: 16,
        length_bytes: 8,
        counts: 24,
        aligned: 8,
        holds: &[(b"riff", 16)],
        ..RIFF
    };
    walk(file, 0, file.len(), layout)
}

pub(super) fn asf(file: &[u8]) -> Vec<Field> {
    let layout = Layout {
        name_bytes: 16,
        length_bytes: 8,
        counts: 24,
        aligned: 1,
        // The header object, whose GUID begins like this, and its extension.
        holds: &[
            (&[0x30, 0x26, 0xB2, 0x75], 6),
            (&[0xB5, 0x03, 0xBF, 0x5F], 22),
        ],
        ..RIFF
    };
    walk(file, 0, file.len(), layout)
}

fn walk(file: &[u8], start: usize, end: usize, layout: Layout) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut at = start;
    while let Some((field, data_at, data_end)) = chunk(file, at, layout) {
        if data_at > end {
            break;
        }
        fields.push(field);
        let inner = layout.holds.iter().find(|(name, _)| **name == field.name);
        if let Some((_, skip)) = inner {
            fields.extend(walk(file, data_at + skip, data_end.min(end), layout));
        }
        let next = (data_end + layout.after).next_multiple_of(layout.aligned);
        if next <= at {
            break;
        }
        at = next;
    }
    fields
}

/// The length field of the chunk at `at`, where its data begin, and where they end.
fn chunk(file: &[u8], at: usize, layout: Layout) -> Option<(Field, usize, usize)> {
    let (name_at, length_at) = match layout.length_first {
        true => (at + layout.length_bytes, at),
        false => (at, at + layout.name_bytes),
    };
    let name = *file.get(name_at..)?.first_chunk()?;
    let length = number(file, length_at, layout.length_bytes, layout.big_endian)?;
    let data_at = at + layout.name_bytes + layout.length_bytes;
    let length = usize::try_from(length).ok()?.checked_sub(layout.counts)?;
    let data_end = data_at.checked_add(length)?.min(file.len());
    let field = match layout.big_endian {
        true => Field::be(length_at, layout.length_bytes, name),
        false => Field::le(length_at, layout.length_bytes, name),
    };
    Some((field, data_at, data_end))
}

#[cfg(test)]
mod tests {
    use super::super::super::pack::{png_chunk, riff as riff_file, riff_chunk};
    use super::*;

    fn names(fields: &[Field]) -> Vec<String> {
        fields.iter().map(Field::label).collect()
    }

    #[test]
    fn chunks_inside_lists_are_found() {
        let list = riff_chunk(
            b"LIST",
            &[&b"INFO"[..], &riff_chunk(b"INAM", b"x")].concat(),
        );
        let file = riff_file(b"WAVE", &[list, riff_chunk(b"data", b"1234")].concat());
        let fields = riff(&file);
        assert_eq!(names(&fields), ["RIFF", "LIST", "INAM", "data"]);
        let lengths: Vec<u64> = fields.iter().map(|field| field.read(&file)).collect();
        assert_eq!(lengths[2..], [1, 4]);
    }

    #[test]
    fn a_png_is_walked_to_its_end() {
        let file = [
            b"\x89PNG\r\n\x1a\n".to_vec(),
            png_chunk(b"IHDR", &[1; 13]),
            png_chunk(b"IDAT", b"abc"),
            png_chunk(b"IEND", b""),
        ]
        .concat();
        assert_eq!(names(&png(&file)), ["IHDR", "IDAT", "IEND", "wide", "high"]);
    }

    #[test]
    fn nonsense_ends_the_walk() {
        assert!(riff(&[0xFF; 100]).len() < 100);
        assert!(asf(&[0; 100]).is_empty());
        assert!(png(b"").len() == 2 && caf(&[7; 9]).is_empty());
    }
}
