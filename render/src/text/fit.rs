//! Finds the largest size at which a text fits its area.

use std::ops::Range;

use super::{
    balance::{balance, fewest_lines},
    breaks::{Break, breaks, breaks_within},
    clean::Cleaned,
    error::TextWarning,
    fonts::FontLibrary,
    itemize::{Paragraph, itemize},
    request::Style,
    safe_area::SafeArea,
    shape::{Line, Measured, measure, shape_line},
};

/// Largest size, in pixels of a 1080x1920 canvas.
const LARGEST: u32 = 96;
/// Below this size a warning is given: a phone shows 30 px of 1080 at the size of small print.
const COMFORTABLE: u32 = 30;
/// Smallest size: 500 full-width characters fit at it.
const SMALLEST: u32 = 20;
/// How many lines a hook may take down to a size: a hook of few large lines is read at a glance. Below the last
/// row only the height counts.
const LINES_AT: [(u32, usize); 3] = [(72, 3), (56, 4), (42, 6)];
/// Down to this size a text shrinks until its longest word fits a line; below, such a word is broken.
const WHOLE_WORDS_DOWN_TO: u32 = 48;
/// Room for the edge at both ends of a line, in em.
const EDGE_EM: f32 = 0.06;

/// A text broken into lines at its size.
#[derive(Debug)]
pub(super) struct Fitted {
    pub lines: Vec<Line>,
    pub size_px: f32,
    /// Distance of base lines in pixels.
    pub leading_px: f32,
    pub warnings: Vec<TextWarning>,
}

/// A text ready to be broken at any size.
struct Prepared {
    paragraphs: Vec<(Paragraph, Measured, Vec<Break>)>,
    leading: f32,
    warnings: Vec<TextWarning>,
}

/// Breaks a text into balanced lines at the largest size that fits, cutting it where none does.
pub(super) fn fit(
    fonts: &mut FontLibrary,
    cleaned: &Cleaned,
    style: Style,
    area: &SafeArea,
) -> Fitted {
    let total = cleaned.len() + cleaned.dropped;
    // A text that was cut for its sheer size must say so, even where the rest fits.
    let marked = (cleaned.dropped > 0).then(|| cleaned.truncated(cleaned.len()));
    let cleaned = marked.as_ref().unwrap_or(cleaned);
    let whole = prepare(fonts, cleaned, style);
    let (prepared, size, dropped) = match largest_size(&whole, area) {
        Some(size) => (whole, size, cleaned.dropped),
        None => cut(fonts, cleaned, style, area),
    };
    let mut fitted = set(fonts, prepared, size, area);
    if dropped > 0 {
        let kept = total.saturating_sub(dropped);
        fitted
            .warnings
            .push(TextWarning::Truncated { kept, dropped });
    }
    if fitted.size_px < COMFORTABLE as f32 * area.unit_px {
        fitted.warnings.push(TextWarning::ShrunkToMinimum {
            font_size_px: fitted.size_px,
        });
    }
    fitted
}

fn prepare(fonts: &mut FontLibrary, cleaned: &Cleaned, style: Style) -> Prepared {
    let mut warnings = Vec::new();
    let paragraphs = itemize(fonts, cleaned, style, &mut warnings);
    let leading = paragraphs
        .iter()
        .flat_map(|p| &p.clusters)
        .map(|c| c.leading)
        .fold(1.0, f32::max);
    let paragraphs = paragraphs
        .into_iter()
        .map(|p| {
            let measured = measure(fonts, &p);
            let breaks = breaks(&p);
            (p, measured, breaks)
        })
        .collect();
    Prepared {
        paragraphs,
        leading,
        warnings,
    }
}

/// Whether a text fits is monotone in the size: a smaller one never needs more lines, nor is it allowed fewer.
fn largest_size(prepared: &Prepared, area: &SafeArea) -> Option<u32> {
    if !fits(prepared, SMALLEST, area) {
        return None;
    }
    let (mut fitting, mut failing) = (SMALLEST, LARGEST + 1);
    while failing - fitting > 1 {
        let middle = fitting.midpoint(failing);
        if fits(prepared, middle, area) {
            fitting = middle;
        } else {
            failing = middle;
        }
    }
    Some(fitting)
}

fn fits(prepared: &Prepared, size: u32, area: &SafeArea) -> bool {
    let width_em = width_em(size, area);
    let broken = prepared
        .paragraphs
        .iter()
        .map(|p| (p.2.len(), lines_of(p, width_em)));
    let (needed, forced) =
        broken.fold((0, false), |(lines, forced), (regular, (breaks, count))| {
            (lines + count, forced || breaks.len() > regular)
        });
    if forced && size > WHOLE_WORDS_DOWN_TO {
        return false;
    }
    let allowed = LINES_AT
        .iter()
        .find(|(down_to, _)| size >= *down_to)
        .map_or(usize::MAX, |(_, lines)| *lines);
    let height_px = needed as f32 * prepared.leading * size as f32 * area.unit_px;
    needed <= allowed.max(prepared.paragraphs.len()) && height_px <= area.height_px()
}

fn lines_of(
    (paragraph, measured, regular): &(Paragraph, Measured, Vec<Break>),
    width_em: f32,
) -> (Vec<Break>, usize) {
    let breaks = breaks_within(paragraph, measured, regular, width_em);
    let lines = fewest_lines(measured, &breaks, width_em);
    (breaks, lines)
}

fn width_em(size: u32, area: &SafeArea) -> f32 {
    area.width_px() / (size as f32 * area.unit_px) - EDGE_EM
}

/// The longest beginning of a text that fits, with an ellipsis. Also returns how much of the text is lost.
fn cut(
    fonts: &mut FontLibrary,
    cleaned: &Cleaned,
    style: Style,
    area: &SafeArea,
) -> (Prepared, u32, usize) {
    let (mut fitting, mut failing) = (1, cleaned.len());
    while failing - fitting > 1 {
        let middle = fitting.midpoint(failing);
        let shorter = prepare(fonts, &cleaned.truncated(middle), style);
        if fits(&shorter, SMALLEST, area) {
            fitting = middle;
        } else {
            failing = middle;
        }
    }
    let shorter = cleaned.truncated(fitting);
    (prepare(fonts, &shorter, style), SMALLEST, shorter.dropped)
}

/// Breaks and shapes at a size. Shaping a line alone can change its width by a hair (kerning and joins at the
/// break), so the size gives way where one comes out too wide.
fn set(fonts: &mut FontLibrary, prepared: Prepared, mut size: u32, area: &SafeArea) -> Fitted {
    loop {
        let size_px = size as f32 * area.unit_px;
        let lines = set_at(fonts, &prepared, size, area);
        let widest_px = lines.iter().map(|l| l.width_px).fold(0.0, f32::max);
        if widest_px <= area.width_px() || size <= SMALLEST / 2 {
            let leading_px = prepared.leading * size_px;
            return Fitted {
                lines,
                size_px,
                leading_px,
                warnings: prepared.warnings,
            };
        }
        size -= 1;
    }
}

fn set_at(fonts: &mut FontLibrary, prepared: &Prepared, size: u32, area: &SafeArea) -> Vec<Line> {
    let width_em = width_em(size, area);
    let mut lines = Vec::new();
    for whole in &prepared.paragraphs {
        let (breaks, count) = lines_of(whole, width_em);
        let (paragraph, measured, _) = whole;
        let ranges: Vec<Range<usize>> = balance(measured, &breaks, width_em, count);
        for range in ranges.into_iter().filter(|r| !r.is_empty()) {
            lines.push(shape_line(
                fonts,
                paragraph,
                range,
                measured.rtl,
                size as f32 * area.unit_px,
            ));
        }
    }
    lines
}
