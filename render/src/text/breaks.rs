//! Where a line may end: Unicode Standard Annex 14, with a language model for Thai, Lao, Khmer and Burmese.

use icu_segmenter::{
    LineSegmenter,
    options::{LineBreakOptions, LineBreakWordOption},
};

use super::{emoji::is_emoji, itemize::Paragraph, scripts::is_korean, shape::Measured};

/// Cost of ending a line here, added to the squared raggedness of lines (a line half as wide as the others
/// costs 0.25).
mod cost {
    /// After punctuation the sense ends too.
    pub const AFTER_PUNCTUATION: f32 = -0.025;
    /// After a hyphen inside a word.
    pub const AFTER_HYPHEN: f32 = 0.06;
    /// After a word of one or two letters, which belongs to the next.
    pub const AFTER_SHORT_WORD: f32 = 0.03;
    /// Before an emoji, which belongs to the words before it.
    pub const BEFORE_EMOJI: f32 = 0.3;
    /// In the middle of a word that is too long for any line.
    pub const INSIDE_WORD: f32 = 0.5;
}

/// A place where a line may end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Break {
    /// The next line begins at this byte.
    pub at: usize,
    /// The line ends at this byte, its last visible one.
    pub line_end: usize,
    pub cost: f32,
}

/// The regular breaks of a paragraph, its end included.
pub(super) fn breaks(paragraph: &Paragraph) -> Vec<Break> {
    let text = paragraph.text.as_str();
    let mut options = LineBreakOptions::default();
    if is_korean(text) {
        // Korean has spaces; breaking inside its words reads like hyphenation.
        options.word_option = Some(LineBreakWordOption::KeepAll);
    }
    let starts = |at: usize| {
        paragraph
            .clusters
            .binary_search_by_key(&at, |c| c.range.start)
            .is_ok()
    };
    LineSegmenter::new_lstm(options)
        .segment_str(text)
        .filter(|&at| at > 0 && (at == text.len() || starts(at)) && !inside_katakana(text, at))
        .map(|at| Break {
            at,
            line_end: line_end(text, at),
            cost: cost_at(text, at),
        })
        .collect()
}

/// The breaks for lines of a given width: the regular ones, and between all clusters of words that are wider.
pub(super) fn breaks_within(
    paragraph: &Paragraph,
    measured: &Measured,
    regular: &[Break],
    width_em: f32,
) -> Vec<Break> {
    let mut all = Vec::with_capacity(regular.len());
    let mut start = 0;
    for end in regular {
        if measured.width_em(start..end.line_end) > width_em {
            let inside = |b: &usize| start < *b && *b < end.line_end;
            let starts = paragraph
                .clusters
                .iter()
                .map(|c| c.range.start)
                .filter(inside);
            all.extend(starts.map(|at| Break {
                at,
                line_end: at,
                cost: cost::INSIDE_WORD,
            }));
        }
        all.push(*end);
        start = end.at;
    }
    all
}

/// Loanwords in katakana are words; Unicode's rules would let a line end between any two of their letters.
fn inside_katakana(text: &str, at: usize) -> bool {
    let is_katakana = |c: char| matches!(c as u32, 0x30A1..=0x30FA | 0x30FC);
    text[..at].chars().next_back().is_some_and(is_katakana)
        && text[at..].chars().next().is_some_and(is_katakana)
}

fn line_end(text: &str, at: usize) -> usize {
    text[..at].trim_end().len()
}

fn cost_at(text: &str, at: usize) -> f32 {
    if at == text.len() {
        return 0.0;
    }
    let line = text[..at].trim_end();
    let word = line.rsplit(char::is_whitespace).next().unwrap_or(line);
    let spaced = line.len() < at;
    let mut sum = match line.chars().next_back() {
        Some('-' | '\u{2010}' | '/') if !spaced => cost::AFTER_HYPHEN,
        Some(c) if is_sense_end(c) => cost::AFTER_PUNCTUATION,
        Some(c) if spaced && c.is_alphabetic() && word.chars().count() <= 2 => {
            cost::AFTER_SHORT_WORD
        }
        _ => 0.0,
    };
    let next = unicode_segmentation::UnicodeSegmentation::graphemes(&text[at..], true).next();
    if next.is_some_and(is_emoji) {
        sum += cost::BEFORE_EMOJI;
    }
    sum
}

fn is_sense_end(c: char) -> bool {
    matches!(
        c,
        '.' | ','
            | ';'
            | ':'
            | '!'
            | '?'
            | '…'
            | '–'
            | '—'
            | '|'
            | '·'
            | '،'
            | '؛'
            | '؟'
            | '。'
            | '、'
            | '！'
            | '？'
            | '，'
            | '：'
            | '।'
    )
}

#[cfg(test)]
mod tests {
    use super::super::itemize::{Cluster, Kind};
    use super::*;
    use unicode_segmentation::UnicodeSegmentation;

    fn pieces(text: &str) -> Vec<&str> {
        let clusters = text.grapheme_indices(true).map(|(at, g)| Cluster {
            range: at..at + g.len(),
            face: 0,
            kind: Kind::Text,
            scale: 1.0,
            leading: 1.0,
            tracked: true,
        });
        let paragraph = Paragraph {
            text: text.into(),
            clusters: clusters.collect(),
        };
        let mut start = 0;
        breaks(&paragraph)
            .iter()
            .map(|b| {
                let piece = &text[start..b.at];
                start = b.at;
                piece
            })
            .collect()
    }

    #[test]
    fn spaced_scripts_break_at_spaces() {
        assert_eq!(pieces("the gold drop ✨"), ["the ", "gold ", "drop ", "✨"]);
        assert_eq!(pieces("한정판 금"), ["한정판 ", "금"]);
        assert_eq!(pieces("10\u{A0}000 €"), ["10\u{A0}000 ", "€"]);
    }

    #[test]
    fn thai_breaks_between_words() {
        assert_eq!(pieces("ภาษาไทย"), ["ภาษา", "ไทย"]);
    }

    #[test]
    fn ideographs_break_anywhere_but_before_closing_punctuation() {
        assert_eq!(pieces("限定金。"), ["限", "定", "金。"]);
    }

    #[test]
    fn katakana_words_stay_whole() {
        assert_eq!(pieces("ゴールド限定"), ["ゴールド", "限", "定"]);
    }

    #[test]
    fn emoji_sequences_are_never_cut() {
        assert_eq!(pieces("👨‍👩‍👧‍👦👍🏽"), ["👨‍👩‍👧‍👦", "👍🏽"]);
    }
}
