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
