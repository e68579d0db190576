//! How many frames an AV1 item really holds (AV1 specification, 5.3 to 5.5). The container speaks of one picture, whose
//! size and depth were checked; a stream of several would be decoded all the same, each as large as it likes.

use super::super::{Format, PhotoError};

/// Most frames of one picture: a layered one has four.
const MAX_FRAMES: u64 = 4;

const SEQUENCE_HEADER: u8 = 1;
const FRAME_HEADER: u8 = 3;
const FRAME: u8 = 6;

/// The number of frames in `item`, at least one.
pub(super) fn frames(item: &[u8]) -> Result<u64, PhotoError> {
    let mut frames = 0_u64;
    let mut sequence = None;
    for (kind, payload) in Units(item) {
        match kind {
            // A repetition changes nothing; another header would change what was checked.
            SEQUENCE_HEADER if *sequence.get_or_insert(payload) != payload => {
                return Err(damaged("two sequence headers"));
            }
            FRAME_HEADER | FRAME => frames += 1,
            _ => {}
        }
    }
    if frames > MAX_FRAMES {
        return Err(damaged("more frames than a picture has"));
    }
    Ok(frames.max(1))
}

fn damaged(what: &'static str) -> PhotoError {
    PhotoError::malformed(Format::Avif, what)
}

/// Type and payload of each unit; ends at the first that does not fit.
struct Units<'a>(&'a [u8]);

impl<'a> Iterator for Units<'a> {
    type Item = (u8, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        const EXTENSION: u8 = 4;
        const SIZE: u8 = 2;
        let (&header, rest) = self.0.split_first()?;
        let rest = rest.get(usize::from(header & EXTENSION != 0)..)?;
        let (length, rest) = match header & SIZE {
            0 => (rest.len(), rest),
            _ => leb128(rest)?,
        };
        let (payload, after) = rest.split_at_checked(length)?;
        self.0 = after;
        Some((header >> 3 & 15, payload))
    }
}

/// A number of up to eight bytes with seven bits each, and what follows it.
fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0_u64;
    for (at, &byte) in bytes.iter().enumerate().take(8) {
        number |= u64::from(byte & 0x7F) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((usize::try_from(number).ok()?, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::AV1_SAMPLES;
    use super::*;

    fn unit(kind: u8, payload: &[u8]) -> Vec<u8> {
        let length = u8::try_from(payload.len()).expect("short units");
        [&[kind << 3 | 2, length][..], payload].concat()
    }

    #[test]
    fn real_pictures_have_one_frame() {
        for sample in AV1_SAMPLES {
            assert_eq!(frames(sample).expect("sound"), 1);
        }
    }

    #[test]
    fn frames_count_at_below_and_above_the_limit() {
        let stream =
            |count| [unit(SEQUENCE_HEADER, b"s"), unit(FRAME, b"f").repeat(count)].concat();
        assert_eq!(frames(&stream(3)).ok(), Some(3));
        assert_eq!(frames(&stream(4)).ok(), Some(4));
        assert!(frames(&stream(5)).is_err());
    }

    #[test]
    fn a_second_sequence_header_has_to_be_the_same() {
        let [a, b] = [b"a", b"b"].map(|payload| unit(SEQUENCE_HEADER, payload));
        let frame = unit(FRAME_HEADER, b"f");
        assert!(frames(&[a.clone(), frame.clone(), a.clone()].concat()).is_ok());
        assert!(frames(&[a, frame, b].concat()).is_err());
    }

    #[test]
    fn sizes_of_several_bytes_extensions_and_units_to_the_end_are_read() {
        // An extension byte, and a size of 300 in two bytes.
        let long = [&[FRAME << 3 | 6, 0, 0xAC, 0x02][..], &[0; 300]].concat();
        let last = [FRAME << 3, 1, 2, 3];
        assert_eq!(frames(&[&long[..], &last].concat()).ok(), Some(2));
        for length in 0..long.len() {
            assert_eq!(frames(&long[..length]).ok(), Some(1));
        }
    }
}
