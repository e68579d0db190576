//! The procedural golden frame (Z3): drawn when a job brings no frame of its own.
//!
//! Like a framed print: a gold frame at the edge of the canvas, the glittering mat inside it, and a gold fillet
//! around the photo. Frame and fillet throw a soft shadow on the mat. The gold is one flat colour on purpose, so that it decodes
//! to #D4AF37 everywhere; the shadow beside it gives the depth.

use super::canvas::Canvas;
use super::colour::{GOLD, Rgb};
use super::planes::EvenRect;

/// The gold as it is drawn: its codes (166, 71, 149), rounded from this, decode nearer to [`GOLD`] than those rounded
/// from [`GOLD`] itself.
const DRAWN: Rgb = [GOLD[0], GOLD[1], GOLD[2] - 1];
/// The bevel inside the border: darker, with the gold's own chroma, so that what players interpolate between chroma samples
/// at the border's edge is the gold's too.
const BEVEL: Rgb = [158, 121, 0];
/// How far the shadow reaches onto the mat, in parts of the canvas width.
const SHADOW_REACH: f64 = 0.030;
/// Opacity of the shadow right beside the gold.
const SHADOW_OPACITY: f64 = 0.72;

/// Straight sRGB + alpha of the procedural frame at pixel (`x`, `y`).
pub fn pixel(canvas: &Canvas, x: usize, y: usize) -> [u8; 4] {
    let border = canvas.border_px;
    let from_edge = x
        .min(y)
        .min(canvas.width - 1 - x)
        .min(canvas.height - 1 - y);
    let Some(from_photo) = distance_outside(canvas.content, x, y) else {
        return [0; 4];
    };
    if from_edge < border || from_photo < canvas.fillet_px as f64 {
        return [DRAWN[0], DRAWN[1], DRAWN[2], 255];
    }
    let bevel = bevel_px(canvas);
    if from_edge < border + bevel {
        return [BEVEL[0], BEVEL[1], BEVEL[2], 255];
    }
    let reach = SHADOW_REACH * canvas.width as f64;
    let frame_shadow = shade((from_edge - border - bevel) as f64 / reach);
    let fillet_shadow = shade((from_photo - canvas.fillet_px as f64) / reach);
    // Two shadows let through the product of what each lets through.
    let light = (1.0 - frame_shadow) * (1.0 - fillet_shadow);
    [0, 0, 0, ((1.0 - light) * 255.0).round() as u8]
}

/// Thickness of the bevel in pixels: two chroma samples, as far as players' filters reach.
fn bevel_px(canvas: &Canvas) -> usize {
    canvas.border_px * 2 / 5
}

/// Distance of a pixel from a rectangle in pixels, 0 for those that touch it; `None` inside.
fn distance_outside(rect: EvenRect, x: usize, y: usize) -> Option<f64> {
    let gap = |v: usize, start: usize, len: usize| -> Option<usize> {
        if v < start {
            Some(start - 1 - v)
        } else {
            v.checked_sub(start + len)
        }
    };
    match (gap(x, rect.x, rect.width), gap(y, rect.y, rect.height)) {
        (None, None) => None,
        (Some(d), None) | (None, Some(d)) => Some(d as f64),
        // The fillet's corners are square: the larger gap counts near the photo.
        (Some(dx), Some(dy)) => Some(dx.max(dy) as f64),
    }
}

/// Opacity of a shadow at `distance`, 0 at the gold and 1 where the shadow ends: a smooth cubic.
fn shade(distance: f64) -> f64 {
    let t = (1.0 - distance).clamp(0.0, 1.0);
    SHADOW_OPACITY * t * t * t
}

#[cfg(test)]
mod tests {
    use super::super::colour;
    use super::*;

    #[test]
    fn the_border_is_gold_and_exactly_as_thick_as_asked() {
        for canvas in [Canvas::FULL, Canvas::REDUCED] {
            let gold = [DRAWN[0], DRAWN[1], DRAWN[2], 255];
            let middle = canvas.height / 2;
            let border = canvas.border_px;
            assert_eq!(pixel(&canvas, 0, 0), gold);
            assert_eq!(pixel(&canvas, border - 1, middle), gold);
            assert_ne!(pixel(&canvas, border, middle), gold);
            assert_eq!(pixel(&canvas, canvas.width - border, middle), gold);
            assert_ne!(pixel(&canvas, canvas.width - border - 1, middle), gold);
        }
    }

    #[test]
    fn border_and_bevel_have_the_same_chroma_and_the_border_decodes_to_gold() {
        let ycc = |rgb: Rgb| {
            let wide = rgb.map(i32::from);
            let [cb, cr] = colour::chroma_of_sum(wide, 0);
            [colour::luma_of(wide) as u8, cb, cr]
        };
        let (border, bevel) = (ycc(DRAWN), ycc(BEVEL));
        assert_eq!(border[1..], bevel[1..]);
        for (got, want) in colour::to_rgb(border).iter().zip(GOLD) {
            assert!(got.abs_diff(want) <= 1, "{got} for {want}");
        }
    }

    #[test]
    fn the_photo_is_not_covered() {
        let canvas = Canvas::FULL;
        let c = canvas.content;
        assert_eq!(pixel(&canvas, c.x, c.y), [0; 4]);
        assert_eq!(
            pixel(&canvas, c.x + c.width - 1, c.y + c.height - 1),
            [0; 4]
        );
        assert_eq!(pixel(&canvas, c.x - 1, c.y + 5)[3], 255);
        assert_eq!(pixel(&canvas, c.x - canvas.fillet_px, c.y + 5)[3], 255);
        assert_ne!(
            pixel(&canvas, c.x - canvas.fillet_px - 1, c.y + 5)[0],
            GOLD[0]
        );
    }

    #[test]
    fn the_shadow_fades_out_on_the_mat() {
        let canvas = Canvas::FULL;
        let alphas: Vec<u8> = (14..80).map(|y| pixel(&canvas, 540, y)[3]).collect();
        assert!(alphas.windows(2).all(|w| w[1] <= w[0]));
        assert!(alphas[0] > 150 && alphas[40] == 0);
    }
}
