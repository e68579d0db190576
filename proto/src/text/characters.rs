//! Which single characters stay.

use crate::unicode::is_noncharacter;

/// Turns every kind of line end into `\n` and tabs into spaces, and takes control characters, byte
/// order marks, noncharacters and obsolete format characters out. Joiners and variation selectors
/// stay: they choose the glyph.
pub(super) fn clean(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .filter_map(keep)
        .collect()
}

fn keep(c: char) -> Option<char> {
    match c {
        // Vertical tab and form feed are the line breaks of word processors and slides, U+0085 those
        // of mainframes.
        '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\t' => Some(' '),
        '\u{FEFF}' | '\u{206A}'..='\u{206F}' | '\u{FFF9}'..='\u{FFFC}' => None,
        _ if c.is_control() || is_noncharacter(c) => None,
        _ => Some(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_become_newlines() {
        assert_eq!(
            clean("a\r\nb\rc\u{2028}d\u{2029}e\u{85}f\u{B}g"),
            "a\nb\nc\nd\ne\nf\ng"
        );
    }

    #[test]
    fn controls_go_and_words_stay_apart() {
        assert_eq!(clean("a\tb\0\u{1b}[31mc\u{9b}\u{7f}d"), "a b[31mcd");
        assert_eq!(clean("\u{FEFF}a\u{FFFE}\u{1FFFF}\u{FDD0}b\u{FFFC}"), "ab");
    }

    #[test]
    fn joiners_and_selectors_stay() {
        let text = "👩\u{200D}❤\u{FE0F} می\u{200C}خواهم a\u{200B}b";
        assert_eq!(clean(text), text);
    }
}
