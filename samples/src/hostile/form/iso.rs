//! Boxes of ISO media files and elements of Matroska: both nest.

use super::{Field, number};

/// Boxes that hold boxes, with the bytes before the first of them.
const HOLDERS: [(&[u8; 4], usize); 20] = [
    (b"moov", 0),
    (b"trak", 0),
    (b"mdia", 0),
    (b"minf", 0),
    (b"dinf", 0),
    (b"stbl", 0),
    (b"edts", 0),
    (b"udta", 0),
    (b"moof", 0),
    (b"traf", 0),
    (b"iprp", 0),
    (b"ipco", 0),
    (b"dref", 8),
    (b"stsd", 8),
    (b"meta", 4),
    (b"iinf", 6),
    (b"iref", 4),
    (b"avc1", 78),
    (b"mp4a", 28),
    (b"ipro", 6),
];

/// Tables that begin with their number of entries, behind version and flags.
const TABLES: [&[u8; 4]; 9] = [
    b"stts", b"stsc", b"stco", b"co64", b"stss", b"ctts", b"elst", b"stsd", b"dref",
];

/// Lengths of all boxes, and numbers of entries of their tables.
pub(super) fn boxes(file: &[u8]) -> Vec<Field> {
    let mut fields = Vec::new();
    collect(file, 0, file.len(), &mut fields);
    fields
}

fn collect(file: &[u8], start: usize, end: usize, fields: &mut Vec<Field>) {
    let mut at = start;
    while at + 8 <= end {
        let name: [u8; 4] = [file[at + 4], file[at + 5], file[at + 6], file[at + 7]];
        fields.push(Field::be(at, 4, name));
        if TABLES.contains(&&name) {
            fields.push(Field::be(at + 12, 4, name));
        }
        if name == *b"stsz" {
            fields.extend([Field::be(at + 12, 4, name), Field::be(at + 16, 4, name)]);
        }
        if name == *b"ispe" {
            fields.extend([
                Field::be(at + 12, 4, *b"wide"),
                Field::be(at + 16, 4, *b"high"),
            ]);
        }
        let length = number(file, at, 4, true).map_or(0, |length| length as usize);
        // Below eight it is one of the special lengths.
        if length < 8 {
            return;
        }
        let box_end = at.saturating_add(length).min(end);
        if let Some((_, skip)) = HOLDERS.iter().find(|(holder, _)| **holder == name) {
            collect(file, at + 8 + skip, box_end, fields);
        }
        at = box_end;
    }
}

/// Elements that hold elements: the segment, its tracks and clusters, and what describes a track.
const MASTERS: [u32; 10] = [
    0x1A45_DFA3,
    0x1853_8067,
    0x1549_A966,
    0x1654_AE6B,
    0x1F43_B675,
    0x114D_9B74,
    0x1C53_BB6B,
    0xAE,
    0xE0,
    0xE1,
];

/// Sizes of all elements.
pub(super) fn elements(file: &[u8]) -> Vec<Field> {
    let mut fields = Vec::new();
    let mut at = 0;
    while let Some((id, size_at, size_bytes, size)) = element(file, at) {
        fields.push(Field::be(size_at, size_bytes, id.to_be_bytes()));
        let data_at = size_at + size_bytes;
        // What a master holds is walked next; it needs no end of its own.
        at = match MASTERS.contains(&id) {
            true => data_at,
            false => data_at.saturating_add(size),
        };
    }
    fields
}

/// Id, offset and length of the size, and the size of the element at `at`.
fn element(file: &[u8], at: usize) -> Option<(u32, usize, usize, usize)> {
    let id_bytes = file.get(at)?.leading_zeros() as usize + 1;
    if id_bytes > 4 {
        return None;
    }
    let id = u32::try_from(number(file, at, id_bytes, true)?).ok()?;
    let size_at = at + id_bytes;
    let size_bytes = file.get(size_at)?.leading_zeros() as usize + 1;
    if size_bytes > 8 {
        return None;
    }
    let marked = number(file, size_at, size_bytes, true)?;
    let size = marked & ((1 << (7 * size_bytes)) - 1);
    Some((id, size_at, size_bytes, usize::try_from(size).ok()?))
}

#[cfg(test)]
mod tests {
    use super::super::super::pack::{ebml, iso_box};
    use super::*;

    #[test]
    fn boxes_are_found_at_every_depth() {
        let table = iso_box(b"stts", &[0, 0, 0, 0, 0, 0, 0, 3]);
        let inner = iso_box(b"trak", &iso_box(b"stbl", &table));
        let file = [iso_box(b"ftyp", b"isom"), iso_box(b"moov", &inner)].concat();
        let fields = boxes(&file);
        let names: Vec<String> = fields.iter().map(Field::label).collect();
        assert_eq!(names, ["ftyp", "moov", "trak", "stbl", "stts", "stts"]);
        assert_eq!(fields[5].read(&file), 3);
        assert!(boxes(&file[..20]).len() >= 2 && boxes(b"abc").is_empty());
    }

    #[test]
    fn elements_are_found_at_every_depth() {
        let track = ebml(0xAE, &ebml(0xD7, &[1]));
        let file = ebml(
            0x1853_8067,
            &[ebml(0x1654_AE6B, &track), ebml(0xEC, b"xyz")].concat(),
        );
        let fields = elements(&file);
        assert_eq!(fields.len(), 5);
        assert_eq!(fields[4].read(&file), 1 << 56 | 3);
        assert!(elements(&[0; 20]).is_empty() && elements(&file[..5]).is_empty());
    }
}
