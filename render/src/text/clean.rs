//! Turns a caller's text into paragraphs that are safe to shape: bounded, free of control characters, and
//! with balanced, shallow bidi controls.

use unicode_segmentation::UnicodeSegmentation;

/// Text beyond this many user-perceived characters is cut before it costs anything; the contract allows 500.
const MAX_GRAPHEMES: usize = 640;
/// Scalars of one user-perceived character; the longest emoji family has 11, Indic conjuncts stay below.
const MAX_SCALARS: usize = 16;
/// Diacritics stacked on one letter; Vietnamese needs two. More would climb out of the line.
const MAX_DIACRITICS: usize = 3;
/// Line ends that are honoured; a text with more of them is set as one paragraph.
const MAX_PARAGRAPHS: usize = 6;
/// Nested bidi controls that are honoured.
const MAX_DEPTH: usize = 4;

/// A caller's text, cleaned.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Cleaned {
    /// At least one visible character each; no line end inside.
    pub paragraphs: Vec<String>,
    /// User-perceived characters cut off at the end.
    pub dropped: usize,
}

impl Cleaned {
    /// Cleans a text. The result has no paragraph where there is nothing to show.
    pub fn new(text: &str) -> Self {
        let mut lines: Vec<String> = text
            .split(is_line_end)
            .map(squeeze)
            .filter(|l| !l.is_empty())
            .collect();
        if lines.len() > MAX_PARAGRAPHS {
            lines = vec![lines.join(" ")];
        }
        let mut left = MAX_GRAPHEMES;
        let mut dropped = 0;
        let paragraphs = lines
            .iter()
            .map(|line| {
                let (kept, cut) = bound(line, left);
                left -= kept.graphemes(true).count().min(left);
                dropped += cut;
                balance_bidi(&kept)
            })
            .filter(|l| l.chars().any(|c| !c.is_whitespace() && !is_ignorable(c)))
            .collect();
        Self {
            paragraphs,
            dropped,
        }
    }

    /// How many user-perceived characters there are.
    pub fn len(&self) -> usize {
        self.paragraphs
            .iter()
            .map(|p| p.graphemes(true).count())
            .sum()
    }

    /// The first `keep` user-perceived characters, ended by an ellipsis.
    pub fn truncated(&self, keep: usize) -> Self {
        let mut left = keep;
        let mut paragraphs = Vec::new();
        for paragraph in &self.paragraphs {
            if left == 0 {
                break;
            }
            let kept: String = paragraph.graphemes(true).take(left).collect();
            left -= kept.graphemes(true).count();
            paragraphs.push(kept);
        }
        if let Some(last) = paragraphs.last_mut() {
            let end = last
                .trim_end_matches(|c: char| c.is_whitespace() || ",.;:".contains(c))
                .len();
            last.truncate(end);
            last.push('\u{2026}');
            *last = balance_bidi(last);
        }
        Self {
            paragraphs,
            dropped: self.dropped + self.len().saturating_sub(keep),
        }
    }
}

/// Characters that shape the text around them and have no picture of their own (a subset of Unicode's
/// Default_Ignorable_Code_Point: those that people really type).
pub(super) fn is_ignorable(c: char) -> bool {
    matches!(c as u32,
        0xAD | 0x34F | 0x61C | 0x180B..=0x180E | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F
        | 0xFE00..=0xFE0F | 0xFEFF | 0xE0001..=0xE01EF)
}

fn is_line_end(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Control characters go, runs of breaking spaces become one; no-break and ideographic spaces are meant.
fn squeeze(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        if c == '\t' || (c.is_whitespace() && !matches!(c, '\u{A0}' | '\u{202F}' | '\u{3000}')) {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
        } else if !c.is_control() {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    out
}

/// Bounds the number of user-perceived characters and the size of each.
fn bound(line: &str, max: usize) -> (String, usize) {
    let kept = line.graphemes(true).take(max).map(bound_grapheme).collect();
    (kept, line.graphemes(true).count().saturating_sub(max))
}

fn bound_grapheme(grapheme: &str) -> String {
    let mut diacritics = 0;
    let light = |c: &char| {
        diacritics += usize::from(is_diacritic(*c));
        !is_diacritic(*c) || diacritics <= MAX_DIACRITICS
    };
    grapheme.chars().filter(light).take(MAX_SCALARS).collect()
}

/// Unicode's blocks of combining diacritical marks: those that fit any letter and so can be stacked at will.
fn is_diacritic(c: char) -> bool {
    matches!(c as u32, 0x300..=0x36F | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F)
}

/// Drops closing controls without an opening one, closes what is open at the end, and drops all explicit
/// controls of a text that nests them deeper than any honest one does.
fn balance_bidi(line: &str) -> String {
    let mut open = Vec::new();
    let mut out = String::with_capacity(line.len());
    for c in line.chars() {
        if let Some(close) = closer(c) {
            open.push(close);
            if open.len() > MAX_DEPTH {
                return line.chars().filter(|c| !is_explicit(*c)).collect();
            }
        } else if is_explicit(c) && (open.last() != Some(&c) || open.pop().is_none()) {
            continue;
        }
        out.push(c);
    }
    out.extend(open.iter().rev());
    out
}

/// The control that closes `c`, if it opens a bidi embedding, override or isolate.
pub(super) fn closer(c: char) -> Option<char> {
    match c {
        '\u{202A}' | '\u{202B}' | '\u{202D}' | '\u{202E}' => Some('\u{202C}'),
        '\u{2066}'..='\u{2068}' => Some('\u{2069}'),
        _ => None,
    }
}

fn is_explicit(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(text: &str) -> String {
        Cleaned::new(text).paragraphs.join("|")
    }

    #[test]
    fn spaces_and_controls_are_tidied() {
        assert_eq!(one("  a\t b\u{0}\u{7}  c \n\n d\r\n"), "a b c|d");
        assert_eq!(one("\u{200B}\u{FE0F} \n"), "");
        assert_eq!(one("10\u{A0}000"), "10\u{A0}000");
    }

    #[test]
    fn many_line_ends_become_spaces() {
        assert_eq!(one("a\nb\nc\nd\ne\nf\ng"), "a b c d e f g");
    }

    #[test]
    fn bidi_controls_come_out_paired() {
        assert_eq!(one("a\u{202C}b"), "ab");
        assert_eq!(one("\u{2067}ab"), "\u{2067}ab\u{2069}");
        assert_eq!(one(&"\u{202E}x".repeat(60)), "x".repeat(60));
    }

    #[test]
    fn hostile_stacks_are_bounded() {
        let zalgo = format!("a{}", "\u{301}".repeat(500));
        assert_eq!(one(&zalgo), "a\u{301}\u{301}\u{301}");
        let long = Cleaned::new(&"x".repeat(8192));
        assert_eq!(
            (long.len(), long.dropped),
            (MAX_GRAPHEMES, 8192 - MAX_GRAPHEMES)
        );
        assert_eq!(one("👨‍👩‍👧‍👦"), "👨‍👩‍👧‍👦");
    }

    #[test]
    fn truncation_ends_with_an_ellipsis_between_graphemes() {
        let cut = Cleaned::new("ab, 👨‍👩‍👧‍👦cd").truncated(4);
        assert_eq!((cut.paragraphs[0].as_str(), cut.dropped), ("ab…", 3));
        let cut = Cleaned::new("ab, 👨‍👩‍👧‍👦cd").truncated(5);
        assert_eq!(cut.paragraphs[0], "ab, 👨‍👩‍👧‍👦…");
    }
}
