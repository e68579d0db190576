//! The default golden frame: an art-deco moulding round the content, hairlines, fans in the corners and crests
//! at top and bottom, everything else transparent.

mod metal;
mod outline;

use image::{Rgba, RgbaImage};

/// Samples per pixel and axis.
const GRID: u32 = 3;

/// The frame at `width` pixels (the height follows, 9:16). The opening shows all of the 900 x 1600 content (at width
/// 1080) but a few pixels of rim and the corners, where the fans reach in.
#[must_use]
pub fn golden_frame(width: u32) -> RgbaImage {
    let height = width * 16 / 9;
    let scale = width as f32 / 1080.0;
    RgbaImage::from_fn(width, height, |x, y| {
        pixel(x as f32 / scale, y as f32 / scale, 1.0 / scale)
    })
}

/// One pixel of side `side`, in the design's 1080 x 1920 units.
fn pixel(x: f32, y: f32, side: f32) -> Rgba<u8> {
    if outline::far_inside(x, y) {
        return Rgba([0; 4]);
    }
    let (mut sum, mut alpha) = ([0.0_f32; 3], 0.0_f32);
    for i in 0..GRID * GRID {
        let sub = |k: u32| (k as f32 + 0.5) / GRID as f32 * side;
        let (px, py) = (x + sub(i % GRID), y + sub(i / GRID));
        if outline::distance(px, py) < 0.0 {
            let color = metal::shade(px, py);
            for (sum, c) in sum.iter_mut().zip(color) {
                *sum += c;
            }
            alpha += 1.0;
        }
    }
    let count = (GRID * GRID) as f32;
    let cover = alpha / count;
    let dark = shadow(x + side / 2.0, y + side / 2.0) * (1.0 - cover);
    let total = cover + dark;
    if total < 0.004 {
        return Rgba([0; 4]);
    }
    // Shadow is black: it adds coverage, no colour.
    let channel = |i: usize| (sum[i] / count / total * 255.0 + 0.5) as u8;
    Rgba([
        channel(0),
        channel(1),
        channel(2),
        (total * 255.0 + 0.5) as u8,
    ])
}

/// The soft shadow that the metal casts, light from the upper left.
fn shadow(x: f32, y: f32) -> f32 {
    let near = outline::distance(x - 3.0, y - 4.0).max(0.0);
    0.55 * (-near * near / 90.0).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opening_is_clear_and_the_moulding_is_gold() {
        let frame = golden_frame(540);
        assert_eq!(frame.get_pixel(270, 480).0[3], 0);
        // Beside the middle of the content's side, past the shadow (design: 40 px inside).
        assert_eq!(frame.get_pixel(45 + 20, 480).0[3], 0);
        let [r, g, b, a] = frame.get_pixel(41, 600).0;
        assert!(a == 255 && r > g && g > b, "{r} {g} {b} {a}");
    }
}
