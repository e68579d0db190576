//! Shaping with cosmic-text: widths for choosing breaks, glyphs in visual order for drawing.

use std::ops::Range;

use cosmic_text::{
    Attrs, AttrsList, Family, Hinting, LayoutGlyph, Metrics, ShapeLine, Shaping, Wrap, fontdb::ID,
};

use super::{
    bidi::frame,
    fonts::FontLibrary,
    itemize::{Cluster, Kind, Paragraph},
};

/// Space added after each letter that may be spaced, in em: just enough for large display type to breathe.
pub(super) const TRACKING: f32 = 0.012;
/// Widths are measured at this size and divided by it.
const NOMINAL_PX: f32 = 100.0;
const TAB_WIDTH: u16 = 1;

/// A paragraph's widths, measured once, unwrapped.
#[derive(Debug, Clone)]
pub(super) struct Measured {
    /// Summed advances in em of all clusters that begin before a byte; one entry per byte and one at the end.
    prefix_em: Vec<f32>,
    /// Whether the paragraph runs from right to left.
    pub rtl: bool,
}

impl Measured {
    /// Width in em of a range of bytes on one line.
    pub fn width_em(&self, range: Range<usize>) -> f32 {
        self.prefix_em[range.end] - self.prefix_em[range.start]
    }
}

/// A glyph at its place on a line.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Glyph {
    pub font: ID,
    pub glyph: u16,
    pub kind: Kind,
    pub size_px: f32,
    /// From the line's left end to the glyph's origin.
    pub x_px: f32,
    /// From the base line to the glyph's origin, upwards.
    pub rise_px: f32,
    pub advance_px: f32,
    /// First byte of its cluster in the paragraph.
    pub byte: usize,
}

/// One shaped line, glyphs from left to right.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    pub glyphs: Vec<Glyph>,
    pub width_px: f32,
}

/// Measures a paragraph.
pub(super) fn measure(fonts: &mut FontLibrary, paragraph: &Paragraph) -> Measured {
    let runs = runs(paragraph, &(0..paragraph.text.len()));
    let attrs = attributes(
        fonts,
        paragraph,
        runs.iter().map(|r| (r.start, r.clone())),
        NOMINAL_PX,
    );
    let shaped = ShapeLine::new(
        fonts.system_mut(),
        &paragraph.text,
        &attrs,
        Shaping::Advanced,
        TAB_WIDTH,
    );
    let mut advance_em = vec![0.0_f32; paragraph.text.len() + 1];
    for glyph in shaped
        .spans
        .iter()
        .flat_map(|s| &s.words)
        .flat_map(|w| &w.glyphs)
    {
        advance_em[glyph.start + 1] += glyph.width(NOMINAL_PX) / NOMINAL_PX;
    }
    for cluster in paragraph.clusters.iter().filter(|c| c.tracked) {
        advance_em[cluster.range.start + 1] += TRACKING;
    }
    let mut sum = 0.0;
    for advance in &mut advance_em {
        sum += *advance;
        *advance = sum;
    }
    Measured {
        prefix_em: advance_em,
        rtl: shaped.rtl,
    }
}

/// Shapes one line of a paragraph in the paragraph's direction.
pub(super) fn shape_line(
    fonts: &mut FontLibrary,
    paragraph: &Paragraph,
    range: Range<usize>,
    rtl: bool,
    size_px: f32,
) -> Line {
    let framed = frame(&paragraph.text, &runs(paragraph, &range), rtl);
    let attrs = attributes(fonts, paragraph, framed.pieces.iter().cloned(), size_px);
    let shaped = ShapeLine::new(
        fonts.system_mut(),
        &framed.text,
        &attrs,
        Shaping::Advanced,
        TAB_WIDTH,
    );
    let laid = shaped.layout(size_px, None, Wrap::None, None, None, Hinting::Disabled);
    let mut glyphs: Vec<Glyph> = laid
        .iter()
        .flat_map(|l| &l.glyphs)
        .filter_map(|g| framed.byte_of(g.start).map(|byte| place(g, byte)))
        .collect();
    // Right-to-left lines come from the right; drawing and spacing go from the left.
    glyphs.sort_by(|a, b| a.x_px.total_cmp(&b.x_px));
    let width_px = track(&mut glyphs, paragraph, size_px);
    Line { glyphs, width_px }
}

fn place(glyph: &LayoutGlyph, byte: usize) -> Glyph {
    Glyph {
        font: glyph.font_id,
        glyph: glyph.glyph_id,
        kind: kind_of(glyph.metadata),
        size_px: glyph.font_size,
        x_px: glyph.x + glyph.x_offset * glyph.font_size,
        rise_px: glyph.y_offset * glyph.font_size - glyph.y,
        advance_px: glyph.w,
        byte,
    }
}

/// Spaces a line's clusters out, in visual order, and returns its width.
fn track(glyphs: &mut [Glyph], paragraph: &Paragraph, size_px: f32) -> f32 {
    let tracked = |byte: usize| cluster_at(paragraph, byte).is_some_and(|c| c.tracked);
    let mut shift = 0.0;
    let mut width: f32 = 0.0;
    for i in 0..glyphs.len() {
        if i > 0 && glyphs[i].byte != glyphs[i - 1].byte && tracked(glyphs[i - 1].byte) {
            shift += TRACKING * size_px;
        }
        glyphs[i].x_px += shift;
        width = width.max(glyphs[i].x_px + glyphs[i].advance_px);
    }
    width
}

/// The cluster that begins at or holds a byte.
pub(super) fn cluster_at(paragraph: &Paragraph, byte: usize) -> Option<&Cluster> {
    let after = paragraph
        .clusters
        .partition_point(|c| c.range.start <= byte);
    paragraph.clusters[..after].last()
}

/// Runs of neighbours with the same face and size, within a range of bytes.
fn runs(paragraph: &Paragraph, range: &Range<usize>) -> Vec<Range<usize>> {
    let first = paragraph
        .clusters
        .partition_point(|c| c.range.start < range.start);
    let last = paragraph
        .clusters
        .partition_point(|c| c.range.end <= range.end);
    paragraph.clusters[first..last.max(first)]
        .chunk_by(|a, b| (a.face, a.kind, a.scale) == (b.face, b.kind, b.scale))
        .map(|same| same[0].range.start..same[same.len() - 1].range.end)
        .collect()
}

/// The shaper's attributes for pieces of a paragraph, each with its place in the text that is shaped.
fn attributes(
    fonts: &FontLibrary,
    paragraph: &Paragraph,
    pieces: impl Iterator<Item = (usize, Range<usize>)>,
    size_px: f32,
) -> AttrsList {
    let mut list: Option<AttrsList> = None;
    for (start, bytes) in pieces {
        let Some(cluster) = cluster_at(paragraph, bytes.start) else {
            continue;
        };
        let attrs = attribute(fonts, cluster, size_px);
        let list = list.get_or_insert_with(|| AttrsList::new(&attrs));
        list.add_span(start..start + bytes.len(), &attrs);
    }
    list.unwrap_or_else(|| AttrsList::new(&Attrs::new()))
}

fn attribute<'f>(fonts: &'f FontLibrary, cluster: &Cluster, size_px: f32) -> Attrs<'f> {
    let face = fonts.face(cluster.face);
    let size_px = size_px * cluster.scale;
    Attrs::new()
        .family(Family::Name(&face.family))
        .weight(face.weight)
        .metrics(Metrics::new(size_px, size_px))
        .metadata(cluster.kind as usize)
}

fn kind_of(metadata: usize) -> Kind {
    [Kind::Text, Kind::Emoji, Kind::Missing]
        .into_iter()
        .find(|k| *k as usize == metadata)
        .unwrap_or(Kind::Text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{clean::Cleaned, itemize::itemize, request::Style};

    const SIZE_PX: f32 = 100.0;
    const FAMILIES: [&str; 4] = [
        "Noto Serif Display",
        "Noto Naskh Arabic",
        "Noto Serif Hebrew",
        "Noto Color Emoji",
    ];

    /// Nothing where one of the families is not installed.
    fn fonts() -> Option<FontLibrary> {
        let mut fonts = FontLibrary::system().ok()?;
        FAMILIES
            .iter()
            .all(|family| fonts.find(family, 700).is_some())
            .then_some(fonts)
    }

    /// A text on one line.
    fn set(fonts: &mut FontLibrary, text: &str) -> (Paragraph, Line) {
        let cleaned = Cleaned::new(text);
        let mut paragraphs = itemize(fonts, &cleaned, Style::Luxe, &mut Vec::new());
        let paragraph = paragraphs.remove(0);
        let rtl = measure(fonts, &paragraph).rtl;
        let whole = 0..paragraph.text.len();
        let line = shape_line(fonts, &paragraph, whole, rtl, SIZE_PX);
        (paragraph, line)
    }

    /// Room between each emoji and its visible neighbours, in em, from left to right; two emoji side by side
    /// count once.
    fn gaps_em(fonts: &mut FontLibrary, text: &str) -> Vec<f32> {
        let (paragraph, line) = set(fonts, text);
        let visible: Vec<&Glyph> = line
            .glyphs
            .iter()
            .filter(|g| g.advance_px > 0.0 && !paragraph.text[g.byte..].starts_with(' '))
            .collect();
        visible
            .windows(2)
            .filter(|pair| pair.iter().any(|g| g.kind == Kind::Emoji))
            .map(|pair| (pair[1].x_px - pair[0].x_px - pair[0].advance_px) / SIZE_PX)
            .collect()
    }

    /// The faces' spaces are 0.22 to 0.26 em wide, tracking adds up to 0.03.
    fn assert_one_space_each(texts: &[(&str, usize)]) {
        let Some(mut fonts) = fonts() else { return };
        for &(text, count) in texts {
            let gaps = gaps_em(&mut fonts, text);
            assert_eq!(gaps.len(), count, "{text}: {gaps:?}");
            assert!(
                gaps.iter().all(|gap| (0.2..0.3).contains(gap)),
                "{text}: {gaps:?}"
            );
        }
    }

    #[test]
    fn emoji_between_right_to_left_words_have_a_space_on_either_side() {
        assert_one_space_each(&[
            ("عرض خاص ✨ اليوم فقط", 2),
            ("רק היום ✨ מבצע זהב", 2),
            ("ذهب 👨‍👩‍👧‍👦 فقط", 2),
            ("יום 🇫🇷 זהב", 2),
            ("יום ✨ 👨‍👩‍👧‍👦 זהב", 3),
        ]);
    }

    #[test]
    fn emoji_before_left_to_right_words_of_a_right_to_left_line_keep_their_spaces() {
        assert_one_space_each(&[
            ("זהב ✨ gold יום", 2),
            ("عرض ✨ gold اليوم", 2),
            ("ذهب 👨‍👩‍👧‍👦 gold", 2),
            ("יום 1️⃣ gold זהב", 2),
            // A flag is a letter to the bidirectional algorithm: this one is read, and stands, left of the word.
            ("יום 🇫🇷 gold", 1),
            ("gold \u{2067}זהב ✨ yo\u{2069} x", 2),
        ]);
    }

    #[test]
    fn emoji_at_the_ends_of_a_right_to_left_line_have_one_space() {
        assert_one_space_each(&[
            ("✨ זהב", 1),
            ("✨ ذهب", 1),
            ("👨‍👩‍👧‍👦 זהב", 1),
            ("✨ ✨ זהב", 2),
            ("זהב ✨", 1),
            ("ذهب ✨", 1),
        ]);
    }

    #[test]
    fn emoji_of_a_left_to_right_line_have_a_space_on_either_side() {
        assert_one_space_each(&[
            ("only ✨ gold", 2),
            ("gold ✨ יום", 2),
            ("gold 👨‍👩‍👧‍👦 🇫🇷 only", 3),
            ("✨ gold", 1),
            ("gold ✨", 1),
        ]);
    }

    #[test]
    fn a_right_to_left_line_is_read_from_its_right_end() {
        let Some(mut fonts) = fonts() else { return };
        for text in ["✨ זהב", "✨ ✨ זהב", "רק היום ✨ מבצע זהב"] {
            let (_, line) = set(&mut fonts, text);
            let bytes: Vec<usize> = line.glyphs.iter().map(|g| g.byte).collect();
            assert!(bytes.is_sorted_by(|a, b| a > b), "{text}: {bytes:?}");
        }
    }
}
