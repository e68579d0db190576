//! Which user-perceived characters are pictures and which are text (Unicode Technical Standard 51, section 4).

/// Asks for the text form of the character before it.
const TEXT_SELECTOR: char = '\u{FE0E}';
/// Asks for the colour form of the character before it.
const EMOJI_SELECTOR: char = '\u{FE0F}';
/// The frame round a keycap.
const KEYCAP: char = '\u{20E3}';
/// Joins several emoji into one picture.
const JOINER: char = '\u{200D}';

/// Unicode 16's `Emoji_Presentation` below the emoji planes: shown in colour without being asked.
const SINGLES: [u32; 36] = [
    0x23F0, 0x23F3, 0x267F, 0x2693, 0x26A1, 0x26CE, 0x26D4, 0x26EA, 0x26F5, 0x26FA, 0x26FD, 0x2705,
    0x2728, 0x274C, 0x274E, 0x2757, 0x27B0, 0x27BF, 0x2B50, 0x2B55, 0x1F004, 0x1F0CF, 0x1F18E,
    0x1F201, 0x1F21A, 0x1F22F, 0x1F3F4, 0x1F440, 0x1F57A, 0x1F5A4, 0x1F6CC, 0x1F7F0, 0x1F6DC,
    0x1F6DD, 0x1F6DE, 0x1F6DF,
];

/// The same property as closed ranges.
const RANGES: [(u32, u32); 46] = [
    (0x231A, 0x231B),
    (0x23E9, 0x23EC),
    (0x25FD, 0x25FE),
    (0x2614, 0x2615),
    (0x2648, 0x2653),
    (0x26AA, 0x26AB),
    (0x26BD, 0x26BE),
    (0x26C4, 0x26C5),
    (0x26F2, 0x26F3),
    (0x270A, 0x270B),
    (0x2753, 0x2755),
    (0x2795, 0x2797),
    (0x2B1B, 0x2B1C),
    (0x1F191, 0x1F19A),
    (0x1F1E6, 0x1F1FF),
    (0x1F232, 0x1F236),
    (0x1F238, 0x1F23A),
    (0x1F250, 0x1F251),
    (0x1F300, 0x1F320),
    (0x1F32D, 0x1F335),
    (0x1F337, 0x1F37C),
    (0x1F37E, 0x1F393),
    (0x1F3A0, 0x1F3CA),
    (0x1F3CF, 0x1F3D3),
    (0x1F3E0, 0x1F3F0),
    (0x1F3F8, 0x1F43E),
    (0x1F442, 0x1F4FC),
    (0x1F4FF, 0x1F53D),
    (0x1F54B, 0x1F54E),
    (0x1F550, 0x1F567),
    (0x1F595, 0x1F596),
    (0x1F5FB, 0x1F64F),
    (0x1F680, 0x1F6C5),
    (0x1F6D0, 0x1F6D2),
    (0x1F6D5, 0x1F6D7),
    (0x1F6EB, 0x1F6EC),
    (0x1F6F4, 0x1F6FC),
    (0x1F7E0, 0x1F7EB),
    (0x1F90C, 0x1F93A),
    (0x1F93C, 0x1F945),
    (0x1F947, 0x1F9FF),
    (0x1FA70, 0x1FA7C),
    (0x1FA80, 0x1FA89),
    (0x1FA8F, 0x1FAC6),
    (0x1FACE, 0x1FADC),
    (0x1FADF, 0x1FAF8),
];

/// Whether a user-perceived character is to be shown in colour.
pub(super) fn is_emoji(grapheme: &str) -> bool {
    let mut chars = grapheme.chars();
    let Some(first) = chars.next() else {
        return false;
    };
    match chars.next() {
        Some(TEXT_SELECTOR) => false,
        Some(EMOJI_SELECTOR | KEYCAP) => true,
        _ => {
            presents_in_colour(first)
                || (grapheme.contains(JOINER) && grapheme.chars().any(presents_in_colour))
        }
    }
}

fn presents_in_colour(c: char) -> bool {
    let c = c as u32;
    SINGLES.contains(&c)
        || RANGES
            .iter()
            .any(|&(first, last)| (first..=last).contains(&c))
}

#[cfg(test)]
mod tests {
    use super::is_emoji;

    #[test]
    fn pictures() {
        for e in ["✨", "❤️", "👨‍👩‍👧‍👦", "🇫🇷", "1️⃣", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "❤️‍🔥", "⭐", "💍"]
        {
            assert!(is_emoji(e), "{e}");
        }
    }

    #[test]
    fn text() {
        for t in [
            "a",
            "©",
            "™",
            "❤",
            "✨\u{FE0E}",
            "1",
            "#",
            "…",
            "★",
            "ك",
            "き",
            "",
        ] {
            assert!(!is_emoji(t), "{t}");
        }
    }
}
