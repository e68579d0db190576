//! What avif-parse would take without a limit: it copies each extent and property that a table names, and tables may name
//! the same bytes any number of times. Box layouts after ISO/IEC 14496-12 and 23008-12.

use super::super::{Format, PhotoError};
use super::avif_boxes::{be_u16, be_u32, be_u64};

/// Most boxes and table entries that count here. A still has some dozens.
const MAX_ENTRIES: usize = 4_096;
/// Longest `auxC` property: a name of 45 characters says that a picture is alpha.
const MAX_AUXILIARY_BYTES: usize = 1_024;

/// Refuses files whose tables make more of their bytes than there are.
pub(super) fn check(file: &[u8]) -> Result<(), PhotoError> {
    let mut budget = Budget {
        entries: MAX_ENTRIES,
        // Pictures share no bytes, but nothing forbids them to.
        extent_bytes: 2 * file.len() as u64,
        file_bytes: file.len() as u64,
    };
    for (kind, payload) in Boxes(file) {
        budget.spend(1)?;
        if kind == b"meta" {
            // After version and flags.
            meta(payload.get(4..).unwrap_or_default(), &mut budget)?;
        }
    }
    Ok(())
}

struct Budget {
    entries: usize,
    extent_bytes: u64,
    file_bytes: u64,
}

impl Budget {
    fn spend(&mut self, entries: usize) -> Result<(), PhotoError> {
        let left = self.entries.checked_sub(entries);
        self.entries = left.ok_or_else(too_much)?;
        Ok(())
    }

    /// An extent of length 0 goes to the end.
    fn extent(&mut self, length: u64) -> Result<(), PhotoError> {
        self.spend(1)?;
        let length = match length {
            0 => self.file_bytes,
            length => length.min(self.file_bytes),
        };
        let left = self.extent_bytes.checked_sub(length);
        self.extent_bytes = left.ok_or_else(too_much)?;
        Ok(())
    }
}

fn too_much() -> PhotoError {
    PhotoError::malformed(Format::Avif, "tables that no picture needs")
}

fn meta(children: &[u8], budget: &mut Budget) -> Result<(), PhotoError> {
    for (kind, payload) in Boxes(children) {
        budget.spend(1)?;
        match kind {
            b"iloc" => {
                let mut table = Table(payload);
                // Where a table breaks off, avif-parse has the say.
                let _ = extents(&mut table, budget).transpose()?;
            }
            b"iref" => references(payload, budget)?,
            b"iinf" => budget.spend(Boxes(after_count(payload)).take(MAX_ENTRIES + 1).count())?,
            b"iprp" => properties(payload, budget)?,
            _ => {}
        }
    }
    Ok(())
}

/// What follows the number of entries in `iinf`, which has 16 bits in version 0 and 32 in others.
fn after_count(payload: &[u8]) -> &[u8] {
    let at = if payload.first() == Some(&0) { 6 } else { 8 };
    payload.get(at..).unwrap_or_default()
}

/// `None` where the table breaks off.
fn extents(table: &mut Table<'_>, budget: &mut Budget) -> Option<Result<(), PhotoError>> {
    let version = table.number(1)?;
    table.number(3)?;
    let sizes = table.number(2)?;
    let [offset, length, base, index] = [12, 8, 4, 0].map(|shift| (sizes >> shift & 15) as usize);
    let (id, index) = match version {
        0 => (2, 0),
        1 => (2, index),
        _ => (4, index),
    };
    // The number of items is as wide as an id.
    for _ in 0..table.number(id)? {
        // Its id, how it is stored (from version 1 on), where the data are, and a base.
        table.number(id)?;
        table.number(if version == 0 { 0 } else { 2 })?;
        table.number(2)?;
        table.number(base)?;
        for _ in 0..table.number(2)? {
            table.number(index)?;
            table.number(offset)?;
            if let Err(error) = budget.extent(table.number(length)?) {
                return Some(Err(error));
            }
        }
    }
    Some(Ok(()))
}

fn references(payload: &[u8], budget: &mut Budget) -> Result<(), PhotoError> {
    let id_bytes = if payload.first() == Some(&0) { 2 } else { 4 };
    for (_, reference) in Boxes(payload.get(4..).unwrap_or_default()) {
        let count = be_u16(reference, id_bytes).unwrap_or(0);
        budget.spend(1 + usize::from(count))?;
    }
    Ok(())
}

fn properties(payload: &[u8], budget: &mut Budget) -> Result<(), PhotoError> {
    for (kind, payload) in Boxes(payload) {
        match kind {
            b"ipco" => {
                for (kind, property) in Boxes(payload) {
                    budget.spend(1)?;
                    if kind == b"auxC" && property.len() > MAX_AUXILIARY_BYTES {
                        return Err(too_much());
                    }
                }
            }
            b"ipma" => associations(payload, budget)?,
            _ => {}
        }
    }
    Ok(())
}

fn associations(ipma: &[u8], budget: &mut Budget) -> Result<(), PhotoError> {
    let id_bytes = if ipma.first() == Some(&0) { 2 } else { 4 };
    let index_bytes = 1 + usize::from(ipma.get(3).is_some_and(|flags| flags & 1 == 1));
    let mut at = 8;
    for _ in 0..be_u32(ipma, 4).unwrap_or(0) {
        let Some(&count) = ipma.get(at + id_bytes) else {
            break;
        };
        budget.spend(1 + usize::from(count))?;
        at += id_bytes + 1 + usize::from(count) * index_bytes;
    }
    Ok(())
}

/// Numbers of a table, one after the other.
struct Table<'a>(&'a [u8]);

impl Table<'_> {
    /// The next number, of up to eight bytes; nought where it has none.
    fn number(&mut self, bytes: usize) -> Option<u64> {
        let (number, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        (bytes <= 8).then(|| {
            number
                .iter()
                .fold(0, |sum, &byte| sum << 8 | u64::from(byte))
        })
    }
}

/// The boxes inside a payload, with as much of each as is there: avif-parse reads on where a box is longer than its file.
struct Boxes<'a>(&'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = (&'a [u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let kind = self.0.get(4..)?.first_chunk::<4>()?;
        let (header, length) = match be_u32(self.0, 0)? {
            0 => (8, self.0.len() as u64),
            1 => (16, be_u64(self.0, 8)?),
            length => (8, u64::from(length)),
        };
        let end = usize::try_from(length).map_or(self.0.len(), |end| end.min(self.0.len()));
        let payload = self.0.get(header..end)?;
        self.0 = &self.0[end..];
        Some((kind, payload))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn boxed(kind: &[u8; 4], payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len() + 8).expect("small boxes");
        [&length.to_be_bytes()[..], kind, payload].concat()
    }

    fn file(children: &[Vec<u8>]) -> Vec<u8> {
        let meta = [vec![0; 4], children.concat()].concat();
        boxed(b"meta", &meta)
    }

    /// A table of one item with so many extents of this length.
    fn iloc(count: u16, length: u32) -> Vec<u8> {
        let mut table = vec![0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, 0, 0];
        table.extend(count.to_be_bytes());
        for _ in 0..count {
            table.extend(0_u32.to_be_bytes());
            table.extend(length.to_be_bytes());
        }
        boxed(b"iloc", &table)
    }

    #[test]
    fn extents_count_up_to_twice_the_file() {
        // The file is 8 + 4 + 8 + 14 + 2 * 8 bytes long.
        for (length, fits) in [(49, true), (50, true), (51, true), (0, true)] {
            assert_eq!(check(&file(&[iloc(2, length)])).is_ok(), fits, "{length}");
        }
        for length in [1_000_000, 0] {
            assert!(check(&file(&[iloc(3, length)])).is_err(), "{length}");
        }
        let file_bytes = file(&[iloc(3, 0)]).len() as u32;
        assert!(check(&file(&[iloc(3, file_bytes * 2 / 3)])).is_ok());
        assert!(check(&file(&[iloc(3, file_bytes * 2 / 3 + 1)])).is_err());
    }

    #[test]
    fn entries_count_at_below_and_above_the_limit() {
        // One for `meta`, one for `iloc`.
        let room = MAX_ENTRIES as u16 - 2;
        for (count, fits) in [(room - 1, true), (room, true), (room + 1, false)] {
            assert_eq!(check(&file(&[iloc(count, 1)])).is_ok(), fits, "{count}");
        }
    }

    #[test]
    fn references_and_associations_count() {
        let reference = boxed(b"auxl", &[0, 1, 0xFF, 0xFF, 0, 2]);
        let iref = boxed(b"iref", &[vec![0; 4], reference].concat());
        assert!(check(&file(&[iref])).is_err());
        // 20 items with 255 properties each.
        let item = [&[0, 1, 255][..], &[1; 255]].concat();
        let ipma = [&[0, 0, 0, 0, 0, 0, 0, 20][..], &item.repeat(20)].concat();
        let iprp = boxed(b"iprp", &boxed(b"ipma", &ipma));
        assert!(check(&file(&[iprp])).is_err());
    }

    #[test]
    fn an_auxiliary_name_has_a_limit() {
        for (bytes, fits) in [
            (MAX_AUXILIARY_BYTES - 1, true),
            (MAX_AUXILIARY_BYTES, true),
            (MAX_AUXILIARY_BYTES + 1, false),
        ] {
            let ipco = boxed(b"ipco", &boxed(b"auxC", &vec![b'x'; bytes]));
            let iprp = boxed(b"iprp", &ipco);
            assert_eq!(check(&file(&[iprp])).is_ok(), fits, "{bytes}");
        }
    }

    #[test]
    fn a_box_longer_than_its_file_is_read_as_far_as_it_goes() {
        let mut bytes = file(&[iloc(3, 0)]);
        bytes[..4].copy_from_slice(&1_000_000_u32.to_be_bytes());
        assert!(check(&bytes).is_err());
    }

    #[test]
    fn any_cut_is_survived() {
        let whole = file(&[iloc(2, 8), boxed(b"iinf", &[0; 20])]);
        for length in 0..whole.len() {
            let _ = check(&whole[..length]);
        }
        assert!(check(&whole).is_ok());
    }
}
