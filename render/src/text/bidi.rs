//! Keeps a paragraph's direction and context when one of its lines is shaped alone.
//!
//! The bidirectional algorithm (Unicode Standard Annex 9) resolves a paragraph first and breaks it into lines
//! afterwards. A line shaped alone would take its direction from its own first word and lose what its
//! neighbours mean to its punctuation and digits, so invisible marks say it.

use std::ops::Range;

use super::clean::closer;

const LEFT_TO_RIGHT_MARK: char = '\u{200E}';
const RIGHT_TO_LEFT_MARK: char = '\u{200F}';
const ARABIC_LETTER_MARK: char = '\u{61C}';

/// Parts runs of different faces. The shaper mirrors a right-to-left word as a whole, and would swap the runs of
/// a word that needs two faces; with this between them they are two words to it. Neither character is visible nor
/// turns its neighbours' direction.
///
/// Words end where a line may (Unicode Standard Annex 14), so after a zero width space (rule LB8). But none may
/// end between a space and a zero width space (LB7): without the word joiner, a space that is a run of its own, as
/// between an emoji and a word of another script, would be one word with the emoji and change places with it.
const SEPARATOR: &str = "\u{2060}\u{200B}";

/// A line between its marks.
#[derive(Debug, PartialEq)]
pub(super) struct Framed {
    /// What to shape.
    pub text: String,
    /// Where each piece of the line begins in the framed text, and the bytes of the paragraph it holds.
    pub pieces: Vec<(usize, Range<usize>)>,
}

impl Framed {
    /// The paragraph's byte at a byte of the framed text; `None` for the marks.
    pub fn byte_of(&self, framed: usize) -> Option<usize> {
        let after = self.pieces.partition_point(|(start, _)| *start <= framed);
        let (start, piece) = self.pieces[..after].last()?;
        Some(piece.start + framed - start).filter(|byte| piece.contains(byte))
    }
}

/// Frames a line of a paragraph for shaping alone. The line is given as its runs of equal faces, in order.
pub(super) fn frame(paragraph: &str, runs: &[Range<usize>], rtl: bool) -> Framed {
    let (start, end) = (
        runs.first().map_or(0, |r| r.start),
        runs.last().map_or(0, |r| r.end),
    );
    let (before, after) = (&paragraph[..start], &paragraph[end..]);
    let mut text = String::from(if rtl {
        RIGHT_TO_LEFT_MARK
    } else {
        LEFT_TO_RIGHT_MARK
    });
    text.extend(open_controls(before));
    text.extend(before.chars().rev().find_map(mark_of));
    let mut pieces = Vec::with_capacity(runs.len());
    for run in runs {
        if !pieces.is_empty() {
            text.push_str(SEPARATOR);
        }
        pieces.push((text.len(), run.clone()));
        text.push_str(&paragraph[run.clone()]);
    }
    text.extend(after.chars().find_map(mark_of));
    text.extend(
        open_controls(&paragraph[..end])
            .iter()
            .rev()
            .filter_map(|&c| closer(c)),
    );
    Framed { text, pieces }
}

/// Embeddings, overrides and isolates that are open at the end of a text.
fn open_controls(text: &str) -> Vec<char> {
    let mut open: Vec<char> = Vec::new();
    for c in text.chars() {
        if closer(c).is_some() {
            open.push(c);
        } else if open.last().is_some_and(|&o| closer(o) == Some(c)) {
            open.pop();
        }
    }
    open
}

/// The mark with the same strong direction as a letter; none for digits, punctuation and spaces.
fn mark_of(c: char) -> Option<char> {
    if !c.is_alphabetic() {
        return None;
    }
    Some(match c as u32 {
        0x0600..=0x07BF | 0x0860..=0x08FF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFF => ARABIC_LETTER_MARK,
        0x0590..=0x05FF
        | 0x07C0..=0x085F
        | 0xFB1D..=0xFB4F
        | 0x10800..=0x10FFF
        | 0x1E800..=0x1EFFF => RIGHT_TO_LEFT_MARK,
        _ => LEFT_TO_RIGHT_MARK,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_direction_and_neighbours() {
        let text = "עד 50% off!";
        let percent = text.find("50").unwrap();
        let framed = frame(
            text,
            &[percent..percent + 2, percent + 2..percent + 3],
            true,
        );
        assert_eq!(framed.text, "\u{200F}\u{200F}50\u{2060}\u{200B}%\u{200E}");
        let found: Vec<_> = (0..framed.text.len())
            .filter_map(|i| framed.byte_of(i))
            .collect();
        assert_eq!(found, [percent, percent + 1, percent + 2]);
    }

    #[test]
    fn open_isolates_are_opened_again_and_closed() {
        let text = "a \u{2067}b c\u{2069} d";
        let c = text.find('c').unwrap();
        let run = c..c + 1;
        assert_eq!(
            frame(text, std::slice::from_ref(&run), false).text,
            "\u{200E}\u{2067}\u{200E}c\u{200E}\u{2069}"
        );
    }

    #[test]
    fn arabic_letters_keep_their_digits_arabic() {
        assert_eq!(mark_of('ض'), Some(ARABIC_LETTER_MARK));
        assert_eq!(mark_of('5'), None);
    }
}
