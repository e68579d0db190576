//! Rasterises glyph outlines. The only file that knows rusttype, which is unmaintained (RUSTSEC-2021-0140): it
//! reads fonts that the operator installed and never a tenant's bytes, and it can be replaced here alone.

use rusttype::{Font, GlyphId, Scale, point};

/// Outlines larger than this many pixels are not drawn; no glyph of a hook comes near.
const MAX_SIDE_PX: i32 = 4096;

/// A face whose outlines can be drawn.
#[derive(Debug)]
pub(super) struct OutlineFace<'f> {
    font: Font<'f>,
    /// rusttype measures sizes from ascent to descent, everyone else in em.
    size_per_em: f32,
}

impl<'f> OutlineFace<'f> {
    /// Reads face number `index` of a font file; `None` for what is no outline font.
    pub fn parse(bytes: &'f [u8], index: u32) -> Option<Self> {
        let font = Font::try_from_bytes_and_index(bytes, index)?;
        let metrics = font.v_metrics_unscaled();
        let units_per_em = f32::from(font.units_per_em());
        let size_per_em = (metrics.ascent - metrics.descent) / units_per_em;
        (size_per_em.is_finite() && size_per_em > 0.0).then_some(Self { font, size_per_em })
    }

    /// Draws a glyph with its origin at (x, y), y downwards, at sub-pixel precision. `paint` gets each pixel's
    /// place and its coverage from 0 to 1. A glyph without an outline, such as a space, paints nothing.
    pub fn draw(
        &self,
        glyph: u16,
        size_px: f32,
        (x, y): (f32, f32),
        mut paint: impl FnMut(i32, i32, f32),
    ) {
        if usize::from(glyph) >= self.font.glyph_count() {
            return;
        }
        let scale = Scale::uniform(size_px * self.size_per_em);
        let positioned = self
            .font
            .glyph(GlyphId(glyph))
            .scaled(scale)
            .positioned(point(x, y));
        let Some(bounds) = positioned.pixel_bounding_box() else {
            return;
        };
        if bounds.width() > MAX_SIDE_PX || bounds.height() > MAX_SIDE_PX {
            return;
        }
        positioned.draw(|dx, dy, coverage| {
            paint(bounds.min.x + dx as i32, bounds.min.y + dy as i32, coverage)
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_font_are_refused() {
        assert!(OutlineFace::parse(b"not a font", 0).is_none());
        assert!(OutlineFace::parse(&[], 3).is_none());
    }
}
