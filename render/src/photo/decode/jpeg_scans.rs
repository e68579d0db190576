//! Counts the scans of a JPEG before any of them is decoded: each goes over the whole picture, however few bytes it has.

use super::super::PhotoError;
use super::jpeg_header::{damaged, segment};

/// Most scans of one picture. Writers make about ten; the richest scripts for progressive files stay below this.
pub(super) const MAX_SCANS: u32 = 100;
/// Most segments with tables and the like between them.
const MAX_SEGMENTS: u32 = 4_096;

/// Refuses a file with more scans, or more between its scans, than any writer makes.
pub(super) fn check(bytes: &[u8], first_scan_at: usize) -> Result<(), PhotoError> {
    let (mut at, mut scans, mut segments) = (first_scan_at, 0, 0);
    // Where the markers end or make no sense, decoding stops too.
    while let Some((marker, next)) = next_segment(bytes, at) {
        segments += 1;
        scans += u32::from(marker == 0xDA);
        if scans > MAX_SCANS || segments > MAX_SEGMENTS {
            return Err(damaged("more scans than any writer makes"));
        }
        at = next;
    }
    Ok(())
}

/// The next segment at or after `at`, and where it ends; nothing after the end of the image.
fn next_segment(bytes: &[u8], at: usize) -> Option<(u8, usize)> {
    let (marker, payload_at, payload) = segment(bytes, at).ok()?;
    Some((marker, payload_at + payload.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCAN: [u8; 12] = [
        0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, // Its header,
        0x12, 0x34, // and what it codes.
    ];

    fn file(scans: usize, between: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0xFF, 0xD8];
        for _ in 0..scans {
            bytes.extend(SCAN);
            bytes.extend(between);
        }
        bytes.extend([0xFF, 0xD9]);
        bytes
    }

    #[test]
    fn scans_are_counted_at_below_and_above_the_limit() {
        let limit = MAX_SCANS as usize;
        assert!(check(&file(limit - 1, &[]), 2).is_ok());
        assert!(check(&file(limit, &[]), 2).is_ok());
        assert!(check(&file(limit + 1, &[]), 2).is_err());
    }

    #[test]
    fn stuffing_restarts_and_what_follows_the_picture_do_not_count() {
        // A stuffed byte, a restart marker, fill bytes.
        let mut bytes = file(1, &[0xFF, 0, 0xDA, 0xFF, 0xD3, 0xFF, 0xFF, 0xFF, 0, 7]);
        bytes.extend(file(500, &[]));
        assert!(check(&bytes, 2).is_ok());
    }

    #[test]
    fn a_scan_inside_a_segment_does_not_count_and_does_not_end_it() {
        let comment = [&[0xFF, 0xFE, 0, 6][..], &[0xFF, 0xD9, 0xFF, 0xDA]].concat();
        assert!(check(&file(50, &comment), 2).is_ok());
        assert!(check(&file(101, &comment), 2).is_err());
    }

    #[test]
    fn tables_between_scans_are_counted_too() {
        let tables = [0xFF, 0xFE, 0, 2].repeat(MAX_SEGMENTS as usize / 2);
        assert!(check(&file(1, &tables), 2).is_ok());
        assert!(check(&file(3, &tables), 2).is_err());
    }
}
