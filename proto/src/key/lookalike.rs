//! Characters that can be taken for `/`, `\` or `.`.
//!
//! Two sources: those that compatibility normalisation (NFKC) turns into one of the three, which file
//! systems and gateways do, and those that look the same to a person (after the Unicode Consortium's
//! `confusables.txt`, less ordinary letters and digits such as `ノ` and `٠`).

use unicode_normalization::UnicodeNormalization;

const LIKE_SLASH: &[char] = &[
    '\u{0337}',  // combining short solidus overlay
    '\u{0338}',  // combining long solidus overlay
    '\u{1735}',  // Philippine single punctuation
    '\u{2044}',  // fraction slash
    '\u{2041}',  // caret insertion point
    '\u{20EB}',  // combining long double solidus overlay
    '\u{2215}',  // division slash
    '\u{2571}',  // box drawings light diagonal, rising
    '\u{27CB}',  // mathematical rising diagonal
    '\u{29F6}',  // solidus with overbar
    '\u{29F8}',  // big solidus
    '\u{2AFB}',  // triple solidus
    '\u{2AFD}',  // double solidus
    '\u{2CC6}',  // Coptic capital letter old Coptic esh
    '\u{2E4A}',  // dotted solidus
    '\u{2F03}',  // Kangxi radical slash
    '\u{3033}',  // vertical kana repeat mark, upper half
    '\u{31D3}',  // CJK stroke SP
    '\u{FF0F}',  // fullwidth solidus
    '\u{1D23A}', // Greek instrumental notation symbol 47
    '\u{1F67C}', // very heavy solidus
];

const LIKE_BACKSLASH: &[char] = &[
    '\u{20E5}',  // combining reverse solidus overlay
    '\u{2216}',  // set minus
    '\u{244A}',  // OCR double backslash
    '\u{2572}',  // box drawings light diagonal, falling
    '\u{27CD}',  // mathematical falling diagonal
    '\u{29F5}',  // reverse solidus operator
    '\u{29F7}',  // reverse solidus with horizontal stroke
    '\u{29F9}',  // big reverse solidus
    '\u{2F02}',  // Kangxi radical dot
    '\u{31D4}',  // CJK stroke D
    '\u{FE68}',  // small reverse solidus
    '\u{FF3C}',  // fullwidth reverse solidus
    '\u{1D20F}', // Greek vocal notation symbol 16
    '\u{1D23B}', // Greek instrumental notation symbol 48
    '\u{1F67D}', // very heavy reverse solidus
];

const LIKE_DOT: &[char] = &[
    '\u{0701}',  // Syriac supralinear full stop
    '\u{0702}',  // Syriac sublinear full stop
    '\u{2024}',  // one dot leader
    '\u{2025}',  // two dot leader
    '\u{2026}',  // horizontal ellipsis
    '\u{22EE}',  // vertical ellipsis
    '\u{22EF}',  // midline horizontal ellipsis
    '\u{22F0}',  // up right diagonal ellipsis
    '\u{22F1}',  // down right diagonal ellipsis
    '\u{2E3C}',  // stenographic full stop
    '\u{3002}',  // ideographic full stop
    '\u{A4F8}',  // Lisu letter tone mya ti
    '\u{A4FA}',  // Lisu letter tone mya cya
    '\u{A60E}',  // Vai full stop
    '\u{FE12}',  // presentation form for vertical ideographic full stop
    '\u{FE19}',  // presentation form for vertical horizontal ellipsis
    '\u{FE30}',  // presentation form for vertical two dot leader
    '\u{FE52}',  // small full stop
    '\u{FF0E}',  // fullwidth full stop
    '\u{FF61}',  // halfwidth ideographic full stop
    '\u{10A50}', // Kharoshthi digit one
    '\u{1D16D}', // musical symbol combining augmentation dot
];

/// Which of `/`, `\` and `.` the character can be taken for; `None` for those three themselves.
pub(super) fn of(c: char) -> Option<char> {
    if c.is_ascii() {
        return None;
    }
    let listed = [('/', LIKE_SLASH), ('\\', LIKE_BACKSLASH), ('.', LIKE_DOT)];
    let by_sight = listed
        .iter()
        .find(|(_, list)| list.contains(&c))
        .map(|(like, _)| *like);
    by_sight.or_else(|| {
        [c].into_iter()
            .nfkc()
            .find(|found| matches!(found, '/' | '\\' | '.'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_listed_ones() {
        assert_eq!(of('\u{2215}'), Some('/'));
        assert_eq!(of('\u{29F9}'), Some('\\'));
        assert_eq!(of('\u{3002}'), Some('.'));
    }

    #[test]
    fn finds_whatever_normalises_to_one() {
        // U+2100 is "a/c", U+2488 is "1.", U+1F100 is "0.".
        assert_eq!(of('\u{2100}'), Some('/'));
        assert_eq!(of('\u{2488}'), Some('.'));
        assert_eq!(of('\u{1F100}'), Some('.'));
    }

    #[test]
    fn every_character_that_normalises_to_a_separator_is_found() {
        let like = |c: char| {
            [c].into_iter()
                .nfkc()
                .any(|n| matches!(n, '/' | '\\' | '.'))
        };
        let missed = (0x80..=0x10_FFFF_u32)
            .filter_map(char::from_u32)
            .filter(|&c| like(c) && of(c).is_none());
        assert_eq!(missed.count(), 0);
    }

    #[test]
    fn leaves_ordinary_characters_alone() {
        for c in "/\\.aéノ丿丶٠۰·½，、ー-_".chars() {
            assert_eq!(of(c), None, "{c:?}");
        }
    }
}
