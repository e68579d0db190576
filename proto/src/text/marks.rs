//! Bounds the marks stacked on one character.

use unicode_normalization::char::is_combining_mark;

use crate::limits::MAX_MARKS_PER_BASE;
use crate::unicode::is_joiner;

/// Drops the combining marks beyond the first [`MAX_MARKS_PER_BASE`] of each base. No language needs
/// more; towers of them grow over the whole picture. Joiners and variation selectors neither count nor
/// start a new base.
pub(super) fn bound(text: &str) -> String {
    let mut marks = 0;
    let bounded = text.chars().filter(|&c| {
        if is_joiner(c) {
            return true;
        }
        marks = if is_combining_mark(c) { marks + 1 } else { 0 };
        marks <= MAX_MARKS_PER_BASE
    });
    bounded.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn towers_are_cut() {
        let tower = |marks: usize| format!("z{}a", "\u{33F}".repeat(marks));
        assert_eq!(bound(&tower(MAX_MARKS_PER_BASE)), tower(MAX_MARKS_PER_BASE));
        assert_eq!(
            bound(&tower(MAX_MARKS_PER_BASE + 1)),
            tower(MAX_MARKS_PER_BASE)
        );
        assert_eq!(bound(&tower(1000)), tower(MAX_MARKS_PER_BASE));
    }

    #[test]
    fn joiners_do_not_start_anew() {
        let text =
            "z\u{33F}\u{33F}\u{33F}\u{33F}\u{33F}\u{200D}\u{33F}\u{33F}\u{33F}\u{33F}\u{33F}";
        let marks = bound(text).chars().filter(|c| *c == '\u{33F}').count();
        assert_eq!(marks, MAX_MARKS_PER_BASE);
    }

    #[test]
    fn real_words_are_untouched() {
        for text in ["क्ष्मा", "ก็่", "שָׁ֑", "Việt", "👩🏽‍🚒"] {
            assert_eq!(bound(text), text);
        }
    }
}
