//! Which families suit which script beside a display serif (or, for the clean style, beside a display sans).

/// How one group of scripts is set.
#[derive(Debug, PartialEq)]
pub(super) struct Script {
    /// Families in order of preference for the serif styles.
    pub serif: &'static [&'static str],
    /// Families in order of preference for the sans style.
    pub sans: &'static [&'static str],
    /// Size relative to the Latin letters, so that both look equally large.
    pub scale: f32,
    /// Distance of base lines in em: scripts with stacked marks need more.
    pub leading: f32,
    /// Whether letters may be spaced out; joined scripts and stacked marks must not be.
    pub tracked: bool,
}

const fn script(
    serif: &'static [&'static str],
    sans: &'static [&'static str],
    leading: f32,
) -> Script {
    Script {
        serif,
        sans,
        scale: 1.0,
        leading,
        tracked: false,
    }
}

const fn han(serif: &'static [&'static str], sans: &'static [&'static str]) -> Script {
    // Ideographs fill their em square: a little smaller, they match the Latin capitals.
    Script {
        serif,
        sans,
        scale: 0.92,
        leading: 1.22,
        tracked: true,
    }
}

/// Latin, Greek, Cyrillic, and everything without a row of its own.
pub(super) const LATIN: Script = Script {
    serif: &[
        "Noto Serif Display",
        "Noto Serif",
        "Noto Sans Display",
        "Noto Sans",
    ],
    sans: &[
        "Noto Sans Display",
        "Noto Sans",
        "Noto Serif Display",
        "Noto Serif",
    ],
    scale: 1.0,
    leading: 1.15,
    tracked: true,
};

const ARABIC: Script = Script {
    serif: &["Noto Naskh Arabic", "Noto Sans Arabic", "Noto Kufi Arabic"],
    sans: &["Noto Sans Arabic", "Noto Kufi Arabic", "Noto Naskh Arabic"],
    // Naskh letters are drawn small for their em.
    scale: 1.08,
    leading: 1.42,
    tracked: false,
};

/// Symbols, arrows and dingbats in text form.
pub(super) const SYMBOLS: &[&str] = &[
    "Noto Sans Symbols2",
    "Noto Sans Symbols 2",
    "Noto Sans Symbols",
    "Noto Sans Math",
    "Noto Sans",
];
/// Colour emoji.
pub(super) const EMOJI: &[&str] = &["Noto Color Emoji"];

pub(super) const HEBREW: Script = script(
    &["Noto Serif Hebrew", "Noto Sans Hebrew"],
    &["Noto Sans Hebrew", "Noto Serif Hebrew"],
    1.22,
);
pub(super) const DEVANAGARI: Script = script(
    &["Noto Serif Devanagari", "Noto Sans Devanagari"],
    &["Noto Sans Devanagari", "Noto Serif Devanagari"],
    1.38,
);
pub(super) const THAI: Script = script(
    &["Noto Serif Thai", "Noto Sans Thai", "Noto Looped Thai"],
    &["Noto Sans Thai", "Noto Serif Thai"],
    1.4,
);

/// The four shapes in which Han characters are written.
pub(super) const SIMPLIFIED: Script = han(
    &[
        "Noto Serif CJK SC",
        "Noto Serif SC",
        "Noto Sans CJK SC",
        "Noto Sans SC",
    ],
    &["Noto Sans CJK SC", "Noto Sans SC", "Noto Serif CJK SC"],
);
const TRADITIONAL: Script = han(
    &[
        "Noto Serif CJK TC",
        "Noto Serif TC",
        "Noto Sans CJK TC",
        "Noto Sans TC",
    ],
    &["Noto Sans CJK TC", "Noto Sans TC", "Noto Serif CJK TC"],
);
const JAPANESE: Script = han(
    &[
        "Noto Serif CJK JP",
        "Noto Serif JP",
        "Noto Sans CJK JP",
        "Noto Sans JP",
    ],
    &["Noto Sans CJK JP", "Noto Sans JP", "Noto Serif CJK JP"],
);
const KOREAN: Script = han(
    &[
        "Noto Serif CJK KR",
        "Noto Serif KR",
        "Noto Sans CJK KR",
        "Noto Sans KR",
    ],
    &["Noto Sans CJK KR", "Noto Sans KR", "Noto Serif CJK KR"],
);

macro_rules! brahmic {
    ($serif:literal, $sans:literal, $leading:literal) => {
        script(&[$serif, $sans], &[$sans, $serif], $leading)
    };
}

/// Unicode blocks and how they are set; Han has no row here, the text decides it.
const BLOCKS: [(u32, u32, Script); 28] = [
    (
        0x0530,
        0x058F,
        brahmic!("Noto Serif Armenian", "Noto Sans Armenian", 1.2),
    ),
    (0x0590, 0x05FF, HEBREW),
    (0x0600, 0x06FF, ARABIC),
    (0x0750, 0x077F, ARABIC),
    (0x08A0, 0x08FF, ARABIC),
    (0x0900, 0x097F, DEVANAGARI),
    (
        0x0980,
        0x09FF,
        brahmic!("Noto Serif Bengali", "Noto Sans Bengali", 1.38),
    ),
    (
        0x0A00,
        0x0A7F,
        brahmic!("Noto Serif Gurmukhi", "Noto Sans Gurmukhi", 1.38),
    ),
    (
        0x0A80,
        0x0AFF,
        brahmic!("Noto Serif Gujarati", "Noto Sans Gujarati", 1.38),
    ),
    (
        0x0B00,
        0x0B7F,
        brahmic!("Noto Serif Oriya", "Noto Sans Oriya", 1.4),
    ),
    (
        0x0B80,
        0x0BFF,
        brahmic!("Noto Serif Tamil", "Noto Sans Tamil", 1.32),
    ),
    (
        0x0C00,
        0x0C7F,
        brahmic!("Noto Serif Telugu", "Noto Sans Telugu", 1.45),
    ),
    (
        0x0C80,
        0x0CFF,
        brahmic!("Noto Serif Kannada", "Noto Sans Kannada", 1.45),
    ),
    (
        0x0D00,
        0x0D7F,
        brahmic!("Noto Serif Malayalam", "Noto Sans Malayalam", 1.38),
    ),
    (
        0x0D80,
        0x0DFF,
        brahmic!("Noto Serif Sinhala", "Noto Sans Sinhala", 1.4),
    ),
    (0x0E00, 0x0E7F, THAI),
    (
        0x0E80,
        0x0EFF,
        brahmic!("Noto Serif Lao", "Noto Sans Lao", 1.4),
    ),
    (
        0x0F00,
        0x0FFF,
        brahmic!("Noto Serif Tibetan", "Noto Sans Tibetan", 1.6),
    ),
    (
        0x1000,
        0x109F,
        brahmic!("Noto Serif Myanmar", "Noto Sans Myanmar", 1.6),
    ),
    (
        0x10A0,
        0x10FF,
        brahmic!("Noto Serif Georgian", "Noto Sans Georgian", 1.22),
    ),
    (
        0x1200,
        0x139F,
        brahmic!("Noto Serif Ethiopic", "Noto Sans Ethiopic", 1.25),
    ),
    (
        0x1780,
        0x17FF,
        brahmic!("Noto Serif Khmer", "Noto Sans Khmer", 1.6),
    ),
    (
        0x1C80,
        0x1CBF,
        brahmic!("Noto Serif Georgian", "Noto Sans Georgian", 1.22),
    ),
    (0xA8E0, 0xA8FF, DEVANAGARI),
    (
        0xAA60,
        0xAA7F,
        brahmic!("Noto Serif Myanmar", "Noto Sans Myanmar", 1.6),
    ),
    (0xFB1D, 0xFB4F, HEBREW),
    (0xFB50, 0xFDFF, ARABIC),
    (0xFE70, 0xFEFC, ARABIC),
];

/// Blocks of Han characters and of the scripts and punctuation set with them.
const HAN_BLOCKS: [(u32, u32); 11] = [
    (0x1100, 0x11FF),
    (0x2E80, 0x2FDF),
    (0x3000, 0x30FF),
    (0x3100, 0x31FF),
    (0x3200, 0x33FF),
    (0x3400, 0x9FFF),
    (0xA960, 0xA97F),
    (0xAC00, 0xD7FF),
    (0xF900, 0xFAFF),
    (0xFF00, 0xFFEF),
    (0x20000, 0x323AF),
];

/// How a character is set, given how the text's Han characters are; `None` for Latin and everything common.
pub(super) fn script_of(c: char, han: &'static Script) -> Option<&'static Script> {
    let code = c as u32;
    if HAN_BLOCKS
        .iter()
        .any(|&(first, last)| (first..=last).contains(&code))
    {
        return Some(han);
    }
    BLOCKS
        .iter()
        .find(|(first, last, _)| (*first..=*last).contains(&code))
        .map(|(_, _, script)| script)
}

/// The writing tradition of a text's Han characters: kana mean Japanese, Hangul Korean, bopomofo Taiwan's; a
/// text of Han characters alone does not tell, and simplified Chinese has most readers.
pub(super) fn han_of(text: &str) -> &'static Script {
    let any = |first: u32, last: u32| text.chars().any(|c| (first..=last).contains(&(c as u32)));
    if any(0x3041, 0x30FF) || any(0xFF66, 0xFF9D) {
        &JAPANESE
    } else if is_korean(text) {
        &KOREAN
    } else if any(0x3105, 0x312F) {
        &TRADITIONAL
    } else {
        &SIMPLIFIED
    }
}

/// Whether the text is written in Hangul.
pub(super) fn is_korean(text: &str) -> bool {
    text.chars()
        .any(|c| matches!(c as u32, 0x1100..=0x11FF | 0xAC00..=0xD7A3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_decides_the_shape_of_han() {
        assert_eq!(han_of("限定の金").serif[0], "Noto Serif CJK JP");
        assert_eq!(han_of("한정 금").serif[0], "Noto Serif CJK KR");
        assert_eq!(han_of("限量黄金").serif[0], "Noto Serif CJK SC");
    }

    #[test]
    fn blocks_find_their_families() {
        let family = |c| script_of(c, &SIMPLIFIED).map(|s| s.serif[0]);
        assert_eq!(family('ش'), Some("Noto Naskh Arabic"));
        assert_eq!(family('ש'), Some("Noto Serif Hebrew"));
        assert_eq!(family('ก'), Some("Noto Serif Thai"));
        assert_eq!(family('金'), Some("Noto Serif CJK SC"));
        assert_eq!(family('g'), None);
    }

    #[test]
    fn rows_are_in_order() {
        assert!(BLOCKS.windows(2).all(|w| w[0].1 < w[1].0));
    }
}
