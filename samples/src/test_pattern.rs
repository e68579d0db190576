//! Patterns for measuring: resolution, aliasing, and motion to a hundredth of a pixel.

use image::{GrayImage, Luma};

/// A grid of soft dots every `pitch_px` pixels, centred on multiples of the pitch plus half a pitch.
///
/// Every dot is a Gaussian of sigma `pitch_px` / 8 (at least 1.2 px), sampled at pixel centres, so its centre of
/// mass tells where it lies far below a pixel: a renderer's zoom is measured by following the dots.
#[must_use]
pub fn dots(width: u32, height: u32, pitch_px: f32) -> GrayImage {
    let sigma = (pitch_px / 8.0).max(1.2);
    let off = |x: u32| {
        let x = x as f32 + 0.5;
        let cell = (x / pitch_px).floor();
        x - (cell + 0.5) * pitch_px
    };
    GrayImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (off(x), off(y));
        let light = (-(dx * dx + dy * dy) / (2.0 * sigma * sigma)).exp();
        Luma([(16.0 + 224.0 * light + 0.5) as u8])
    })
}

/// A circular zone plate: rings whose spatial frequency grows linearly from 0 in the middle to `peak` cycles per
/// pixel (0.5 = Nyquist) at the nearer rim. Shows at once where a scaler aliases or blurs.
#[must_use]
pub fn zone_plate(width: u32, height: u32, peak: f32) -> GrayImage {
    let radius = width.min(height) as f32 / 2.0;
    let (cx, cy) = (width as f32 / 2.0, height as f32 / 2.0);
    GrayImage::from_fn(width, height, |x, y| {
        let (dx, dy) = (x as f32 + 0.5 - cx, y as f32 + 0.5 - cy);
        // The phase is the integral of the frequency along the radius.
        let phase = std::f32::consts::PI * peak * (dx * dx + dy * dy) / radius;
        Luma([(127.5 + 110.0 * phase.cos() + 0.5) as u8])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dots_centre_of_mass_is_where_the_docs_say() {
        let image = dots(96, 96, 32.0);
        let (mut sum, mut sx, mut sy) = (0.0, 0.0, 0.0);
        for y in 32..64 {
            for x in 32..64 {
                let light = f64::from(image.get_pixel(x, y).0[0]) - 16.0;
                sum += light;
                sx += light * (f64::from(x) + 0.5);
                sy += light * (f64::from(y) + 0.5);
            }
        }
        assert!((sx / sum - 48.0).abs() < 0.01 && (sy / sum - 48.0).abs() < 0.01);
    }

    #[test]
    fn zone_plate_is_symmetric_and_bright_in_the_middle() {
        let plate = zone_plate(64, 64, 0.5);
        assert!(plate.get_pixel(32, 32).0[0] > 220);
        assert_eq!(plate.get_pixel(3, 10), plate.get_pixel(60, 10));
    }
}
