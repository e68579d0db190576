//! Where a hook may lie. All places are fractions of the canvas; the pixels named are those of 1080x1920.

use super::{error::TextError, request::Position};

/// Left and right limits: 120 px each side. The photo begins at 90 px, so words keep a margin of 30 px inside
/// it; the right 120 px are where TikTok, Reels and Shorts stack their buttons (further down, but a hook that
/// is centred needs the same margin on both sides).
const SIDE: f32 = 120.0 / 1080.0;
/// The top area starts at 220 px: status bar, search and tab bars cover 130 px (TikTok) to 220 px (Reels, 14 %
/// of the height counts as the hard limit of its advertisement guide; short hooks sit below that, see `DROP`).
const TOP_START: f32 = 220.0 / 1920.0;
/// The top area ends at 616 px, just above the product's middle.
const TOP_END: f32 = 616.0 / 1920.0;
/// The bottom area starts at 1144 px, just below the product's middle.
const BOTTOM_START: f32 = 1144.0 / 1920.0;
/// The bottom area ends at 1480 px: account name and caption cover the last 370 to 440 px.
const BOTTOM_END: f32 = 1480.0 / 1920.0;
/// The product's middle, 640 to 1120 px, stays free of every pixel of the layer, shadow and scrim included.
const MIDDLE_START: f32 = 640.0 / 1920.0;
const MIDDLE_END: f32 = 1120.0 / 1920.0;
/// Share of the free height above a hook in the top area: it keeps a two-line hook below 14 % of the canvas.
const DROP: f32 = 0.2;
/// Canvas sides that make sense; below, the smallest size is no longer legible, above, memory is at risk.
const WIDTHS_PX: std::ops::RangeInclusive<u32> = 180..=8192;
const HEIGHTS_PX: std::ops::RangeInclusive<u32> = 320..=8192;

/// An upright rectangle in canvas pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Band {
    pub left_px: f32,
    pub top_px: f32,
    pub right_px: f32,
    pub bottom_px: f32,
}

/// The title-safe area of one request, with the limits for its pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct SafeArea {
    /// Every glyph with its edge lies in here.
    pub text: Band,
    /// Shadow and scrim fade out in here: the canvas without the product's middle and what lies beyond.
    pub layer: Band,
    /// Pixels of this canvas per pixel of a 1080x1920 canvas.
    pub unit_px: f32,
    drop: f32,
}

impl SafeArea {
    /// Measures the area for a canvas.
    pub fn new(width_px: u32, height_px: u32, position: Position) -> Result<Self, TextError> {
        if !WIDTHS_PX.contains(&width_px) || !HEIGHTS_PX.contains(&height_px) {
            return Err(TextError::Canvas {
                width_px,
                height_px,
            });
        }
        let (w, h) = (width_px as f32, height_px as f32);
        let (text, layer, drop) = match position {
            Position::Top => ((TOP_START, TOP_END), (0.0, MIDDLE_START), DROP),
            Position::Bottom => ((BOTTOM_START, BOTTOM_END), (MIDDLE_END, 1.0), 0.5),
        };
        Ok(Self {
            text: band(w, h, SIDE, text),
            layer: band(w, h, 0.0, layer),
            unit_px: (w / 1080.0).min(h / 1920.0),
            drop,
        })
    }

    /// Widest line in pixels.
    pub fn width_px(&self) -> f32 {
        self.text.right_px - self.text.left_px
    }

    /// Tallest block of lines in pixels.
    pub fn height_px(&self) -> f32 {
        self.text.bottom_px - self.text.top_px
    }

    /// Where a block of lines of this height begins.
    pub fn block_top_px(&self, height_px: f32) -> f32 {
        self.text.top_px + (self.height_px() - height_px).max(0.0) * self.drop
    }
}

fn band(w: f32, h: f32, side: f32, (top, bottom): (f32, f32)) -> Band {
    Band {
        left_px: w * side,
        top_px: (h * top).ceil(),
        right_px: w * (1.0 - side),
        bottom_px: (h * bottom).floor(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn areas_keep_clear_of_buttons_and_of_the_middle() {
        let top = SafeArea::new(1080, 1920, Position::Top).unwrap();
        assert_eq!((top.text.left_px, top.text.right_px), (120.0, 960.0));
        assert!(top.text.top_px >= 200.0 && top.text.bottom_px <= 620.0);
        assert_eq!(top.layer.bottom_px, 640.0);
        let bottom = SafeArea::new(1080, 1920, Position::Bottom).unwrap();
        assert!(bottom.text.top_px >= 1130.0 && bottom.text.bottom_px <= 1480.0);
        assert_eq!(bottom.layer.top_px, 1120.0);
    }

    #[test]
    fn a_two_line_hook_sits_below_the_strictest_top_limit() {
        let area = SafeArea::new(1080, 1920, Position::Top).unwrap();
        // The cap height starts about 0.2 em below the top of a line.
        assert!(area.block_top_px(2.0 * 108.0) + 19.0 >= 0.14 * 1920.0);
    }

    #[test]
    fn absurd_canvases_are_refused() {
        for (w, h) in [(0, 0), (16, 1920), (1080, 64), (40_000, 1920)] {
            assert!(SafeArea::new(w, h, Position::Top).is_err(), "{w}x{h}");
        }
    }
}
