//! Which characters are not what they seem. Ranges follow the Unicode Character Database 16.0
//! (`DerivedCoreProperties`, `Default_Ignorable_Code_Point`; general category Cf; `Bidi_Control`).

/// Characters without a glyph of their own that neither control direction nor join neighbours:
/// format characters, fillers and blanks.
const INVISIBLE: &[(u32, u32)] = &[
    (0x00AD, 0x00AD),   // soft hyphen
    (0x034F, 0x034F),   // combining grapheme joiner
    (0x0600, 0x0605),   // Arabic number signs
    (0x06DD, 0x06DD),   // Arabic end of ayah
    (0x070F, 0x070F),   // Syriac abbreviation mark
    (0x0890, 0x0891),   // Arabic currency marks above
    (0x08E2, 0x08E2),   // Arabic disputed end of ayah
    (0x115F, 0x1160),   // Hangul fillers
    (0x17B4, 0x17B5),   // Khmer inherent vowels
    (0x180B, 0x180F),   // Mongolian variation selectors, vowel separator
    (0x200B, 0x200D),   // zero width space, non-joiner, joiner
    (0x2060, 0x2065),   // word joiner, invisible operators
    (0x206A, 0x206F),   // deprecated format characters
    (0x2800, 0x2800),   // blank Braille pattern
    (0x3164, 0x3164),   // Hangul filler
    (0xFE00, 0xFE0F),   // variation selectors
    (0xFEFF, 0xFEFF),   // byte order mark
    (0xFFA0, 0xFFA0),   // half-width Hangul filler
    (0xFFF0, 0xFFFC),   // reserved, interlinear annotation, object replacement
    (0x110BD, 0x110BD), // Kaithi number sign
    (0x110CD, 0x110CD), // Kaithi number sign above
    (0x13430, 0x1345F), // Egyptian hieroglyph format controls
    (0x1BCA0, 0x1BCA3), // shorthand format controls
    (0x1D173, 0x1D17A), // musical format controls
    (0xE0000, 0xE0FFF), // tags, variation selectors supplement
];

/// Marks, embeddings, overrides and isolates that change the direction of text (`Bidi_Control`).
pub(crate) fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Has no glyph of its own (direction controls aside, see [`is_bidi_control`]).
pub(crate) fn is_invisible(c: char) -> bool {
    let code = u32::from(c);
    INVISIBLE
        .iter()
        .any(|&(first, last)| (first..=last).contains(&code))
}

/// Joiners, variation selectors and emoji tags: invisible, yet they decide which glyph is shown.
pub(crate) fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0020}'..='\u{E007F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Never a character in interchanged text (U+FDD0..U+FDEF and the last two of every plane).
pub(crate) fn is_noncharacter(c: char) -> bool {
    let code = u32::from(c);
    (0xFDD0..=0xFDEF).contains(&code) || code & 0xFFFE == 0xFFFE
}

/// Private use: looks different, or like nothing, on every system.
pub(crate) fn is_private_use(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}')
}

/// Would vanish or do harm when printed as it is on a terminal, in a log or on a web page.
pub(crate) fn is_unprintable(c: char) -> bool {
    let line_end = matches!(c, '\u{2028}' | '\u{2029}');
    c.is_control() || line_end || is_bidi_control(c) || is_invisible(c) || is_noncharacter(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_disjoint() {
        assert!(INVISIBLE.windows(2).all(|pair| pair[0].1 < pair[1].0));
        assert!(INVISIBLE.iter().all(|(first, last)| first <= last));
    }

    #[test]
    fn letters_digits_and_emoji_are_printable() {
        for c in "aé指輪ضधก✨👜🏽9 ".chars() {
            assert!(!is_unprintable(c), "{c:?}");
        }
    }

    #[test]
    fn what_cannot_be_seen_is_unprintable() {
        for c in [
            '\0',
            '\u{85}',
            '\u{200B}',
            '\u{202E}',
            '\u{2028}',
            '\u{FEFF}',
            '\u{FFFE}',
            '\u{10FFFF}',
        ] {
            assert!(is_unprintable(c), "{c:?}");
        }
    }
}
