//! The properties of an AVIF's primary item that `avif-parse` leaves out: turning, mirroring, colour, size.
//! Box layouts after ISO/IEC 14496-12 and 23008-12.

use super::super::orient::Orientation;

/// Code points of an `nclx` colour box (ITU-T H.273).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Nclx {
    pub primaries: u8,
    pub transfer: u8,
    pub matrix: u8,
    pub full_range: bool,
}

/// What the container says about the primary item; all of it is optional.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ItemProperties {
    pub size: Option<(u32, u32)>,
    pub orientation: Orientation,
    pub nclx: Option<Nclx>,
    pub icc: Option<Vec<u8>>,
}

impl ItemProperties {
    /// Reads as far as the boxes make sense; a broken property is as good as none, since `avif-parse` has the
    /// say on whether the file is usable.
    pub(super) fn read(file: &[u8]) -> Self {
        let mut properties = Self::default();
        let Some(meta) = child(file, b"meta").and_then(|meta| meta.get(4..)) else {
            return properties;
        };
        let (Some(primary), Some(iprp)) = (primary_item(meta), child(meta, b"iprp")) else {
            return properties;
        };
        let boxes: Vec<_> =
            child(iprp, b"ipco").map_or_else(Vec::new, |ipco| Boxes(ipco).collect());
        for ipma in Boxes(iprp).filter(|(kind, _)| kind == b"ipma") {
            for index in associations(ipma.1, primary).unwrap_or_default() {
                if let Some((kind, payload)) = index.checked_sub(1).and_then(|at| boxes.get(at)) {
                    properties.add(*kind, payload);
                }
            }
        }
        properties
    }

    /// Transformations apply in the order in which they are associated.
    fn add(&mut self, kind: [u8; 4], payload: &[u8]) {
        match (&kind, payload) {
            (b"ispe", payload) => {
                self.size = be_u32(payload, 4).zip(be_u32(payload, 8));
            }
            (b"irot", [angle, ..]) => {
                self.orientation = self.orientation.then(Orientation::from_irot(*angle));
            }
            (b"imir", [axis, ..]) => {
                self.orientation = self.orientation.then(Orientation::from_imir(*axis));
            }
            (b"colr", payload) => self.add_colour(payload),
            _ => {}
        }
    }

    fn add_colour(&mut self, payload: &[u8]) {
        let Some((kind, rest)) = payload.split_first_chunk::<4>() else {
            return;
        };
        match (kind, rest) {
            // The first one counts: a file may name its profile any number of times, and each would be copied.
            (b"prof" | b"rICC", profile) if self.icc.is_none() => {
                self.icc = Some(profile.to_vec());
            }
            (b"nclx", [_, primaries, _, transfer, _, matrix, range, ..]) => {
                self.nclx = Some(Nclx {
                    primaries: *primaries,
                    transfer: *transfer,
                    matrix: *matrix,
                    full_range: range & 0x80 != 0,
                });
            }
            _ => {}
        }
    }
}

/// The boxes directly inside a payload; ends at the first that does not fit.
struct Boxes<'a>(&'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = ([u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let kind = *self.0.get(4..)?.first_chunk::<4>()?;
        let (header, length) = match be_u32(self.0, 0)? {
            // To the end of the enclosing box.
            0 => (8, self.0.len()),
            1 => (16, usize::try_from(be_u64(self.0, 8)?).ok()?),
            length => (8, length as usize),
        };
        let payload = self.0.get(header..length)?;
        self.0 = &self.0[length..];
        Some((kind, payload))
    }
}

fn child<'a>(parent: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    Boxes(parent).find(|(k, _)| k == kind).map(|(_, p)| p)
}

fn primary_item(meta: &[u8]) -> Option<u32> {
    let pitm = child(meta, b"pitm")?;
    match pitm.first()? {
        0 => be_u16(pitm, 4).map(u32::from),
        _ => be_u32(pitm, 4),
    }
}

/// The one-based property indices of `item` in an `ipma` box.
fn associations(ipma: &[u8], item: u32) -> Option<Vec<usize>> {
    let (version, wide) = (*ipma.first()?, ipma.get(3)? & 1 == 1);
    let mut indices = Vec::new();
    let mut at = 8;
    for _ in 0..be_u32(ipma, 4)? {
        let (id, id_bytes) = if version == 0 {
            (be_u16(ipma, at)?.into(), 2)
        } else {
            (be_u32(ipma, at)?, 4)
        };
        let count = *ipma.get(at + id_bytes)?;
        at += id_bytes + 1;
        for _ in 0..count {
            // The top bit says "essential".
            let (index, step) = if wide {
                (usize::from(be_u16(ipma, at)? & 0x7FFF), 2)
            } else {
                (usize::from(ipma.get(at)? & 0x7F), 1)
            };
            at += step;
            if id == item {
                indices.push(index);
            }
        }
    }
    Some(indices)
}

pub(super) fn be_u16(bytes: &[u8], at: usize) -> Option<u16> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|b| u16::from_be_bytes(*b))
}

pub(super) fn be_u32(bytes: &[u8], at: usize) -> Option<u32> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|b| u32::from_be_bytes(*b))
}

pub(super) fn be_u64(bytes: &[u8], at: usize) -> Option<u64> {
    bytes
        .get(at..)?
        .first_chunk()
        .map(|b| u64::from_be_bytes(*b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len() + 8).unwrap();
        [&length.to_be_bytes()[..], kind, payload].concat()
    }

    fn file(properties: &[Vec<u8>], associated: &[u8]) -> Vec<u8> {
        let ipco = boxed(b"ipco", &properties.concat());
        let count = u8::try_from(associated.len()).unwrap();
        let ipma = [&[0; 4][..], &[0, 0, 0, 1, 0, 7, count], associated].concat();
        let iprp = boxed(b"iprp", &[ipco, boxed(b"ipma", &ipma)].concat());
        let pitm = boxed(b"pitm", &[0, 0, 0, 0, 0, 7]);
        boxed(b"meta", &[vec![0; 4], pitm, iprp].concat())
    }

    #[test]
    fn properties_of_the_primary_item_are_found() {
        let nclx = boxed(b"colr", b"nclx\0\x0c\0\x0d\0\x06\x80");
        let properties = [
            boxed(b"ispe", &[0, 0, 0, 0, 0, 0, 0, 30, 0, 0, 0, 20]),
            boxed(b"irot", &[1]),
            nclx,
            boxed(b"colr", b"profICC bytes"),
            boxed(b"imir", &[1]),
        ];
        let read = ItemProperties::read(&file(&properties, &[1, 0x82, 3, 4]));
        assert_eq!(read.size, Some((30, 20)));
        assert_eq!(read.orientation, Orientation::from_irot(1));
        assert_eq!(read.icc.as_deref(), Some(&b"ICC bytes"[..]));
        let expected = Nclx {
            primaries: 12,
            transfer: 13,
            matrix: 6,
            full_range: true,
        };
        assert_eq!(read.nclx, Some(expected));
    }

    #[test]
    fn mirroring_and_turning_apply_in_their_order() {
        let properties = [boxed(b"irot", &[1]), boxed(b"imir", &[1])];
        let (rot, mir) = (Orientation::from_irot(1), Orientation::from_imir(1));
        let of = |order| ItemProperties::read(&file(&properties, order)).orientation;
        assert_eq!(of(&[1, 2]), rot.then(mir));
        assert_eq!(of(&[2, 1]), mir.then(rot));
        assert_ne!(of(&[1, 2]), of(&[2, 1]));
    }

    #[test]
    fn any_cut_is_survived() {
        let whole = file(&[boxed(b"irot", &[1])], &[1]);
        for length in 0..whole.len() {
            let _ = ItemProperties::read(&whole[..length]);
        }
        assert_eq!(ItemProperties::read(b""), ItemProperties::default());
    }
}
