//! Coverage masks: supersampled for fine edges, thickened and blurred with imageproc.

use image::{
    GrayImage, Luma,
    imageops::{FilterType, resize, thumbnail},
};
use imageproc::{
    filter::gaussian_blur_f32,
    morphology::{Mask as Disk, grayscale_dilate},
};

/// Mask pixels per layer pixel along each axis. With rusttype's exact coverage on top, two are enough for an edge
/// of 2 px to look engraved.
pub(super) const SUPERSAMPLE: u32 = 2;
/// Blurs wider than this are computed on a smaller mask: nothing finer is left in them.
const DIRECT_SIGMA_PX: f32 = 3.0;

/// Coverage at [`SUPERSAMPLE`] times the layer's resolution.
#[derive(Debug, Clone)]
pub(super) struct FineMask(GrayImage);

impl FineMask {
    /// An empty mask for a layer of this size.
    pub fn new(width_px: u32, height_px: u32) -> Self {
        Self(GrayImage::new(
            width_px * SUPERSAMPLE,
            height_px * SUPERSAMPLE,
        ))
    }

    /// Adds coverage from 0 to 1 to a fine pixel. Two shapes that each cover half of it cover three quarters
    /// together, so joined letters show no seam.
    pub fn add(&mut self, x: i32, y: i32, coverage: f32) {
        let (Ok(x), Ok(y)) = (u32::try_from(x), u32::try_from(y)) else {
            return;
        };
        if let Some(Luma([value])) = self.0.get_pixel_mut_checked(x, y) {
            let before = f32::from(*value) / 255.0;
            let after = 1.0 - (1.0 - before) * (1.0 - coverage.clamp(0.0, 1.0));
            *value = (after * 255.0 + 0.5) as u8;
        }
    }

    /// Thickened by a radius in layer pixels: each point becomes a disk. Radii between whole fine pixels are
    /// mixed from both neighbours.
    pub fn thickened(&self, radius_px: f32) -> Self {
        let radius = (radius_px * SUPERSAMPLE as f32).clamp(0.0, 60.0);
        let (whole, part) = (radius.floor(), radius.fract());
        let inner = dilated(&self.0, whole as u8);
        let part = (part * 256.0) as u32;
        if part < 13 {
            return Self(inner);
        }
        let outer = dilated(&self.0, whole as u8 + 1);
        let mut mixed = inner;
        for (a, b) in mixed.iter_mut().zip(outer.iter()) {
            // The outer is nowhere thinner, so this stays in range; in 8.8 fixed point.
            *a += ((u32::from(b.saturating_sub(*a)) * part + 128) >> 8) as u8;
        }
        Self(mixed)
    }

    /// The same coverage at the layer's resolution.
    pub fn shrunk(&self) -> GrayImage {
        let mut small = GrayImage::new(self.0.width() / SUPERSAMPLE, self.0.height() / SUPERSAMPLE);
        let stride = self.0.width().max(1) as usize;
        let rows = self.0.chunks_exact(stride * SUPERSAMPLE as usize);
        for (to, pair) in small
            .chunks_exact_mut((stride / SUPERSAMPLE as usize).max(1))
            .zip(rows)
        {
            let (upper, lower) = pair.split_at(stride);
            for ((to, a), b) in to
                .iter_mut()
                .zip(upper.chunks_exact(2))
                .zip(lower.chunks_exact(2))
            {
                let sum = u16::from(a[0]) + u16::from(a[1]) + u16::from(b[0]) + u16::from(b[1]);
                *to = ((sum + 2) / 4) as u8;
            }
        }
        small
    }
}

fn dilated(mask: &GrayImage, radius: u8) -> GrayImage {
    if radius == 0 || mask.is_empty() {
        mask.clone()
    } else {
        grayscale_dilate(mask, &Disk::disk(radius))
    }
}

/// A mask blurred by a Gaussian of `sigma_px`.
pub(super) fn blurred(mask: &GrayImage, sigma_px: f32) -> GrayImage {
    if sigma_px < 0.3 || mask.is_empty() {
        return mask.clone();
    }
    if sigma_px <= DIRECT_SIGMA_PX {
        return gaussian_blur_f32(mask, sigma_px);
    }
    let shrink = (sigma_px / 2.0).floor().clamp(2.0, 16.0);
    let side = |length: u32| ((length as f32 / shrink).ceil() as u32).max(1);
    let small = thumbnail(mask, side(mask.width()), side(mask.height()));
    let soft = gaussian_blur_f32(&small, sigma_px / shrink);
    resize(&soft, mask.width(), mask.height(), FilterType::Triangle)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dot() -> FineMask {
        let mut mask = FineMask::new(20, 20);
        for (x, y) in [(20, 20), (21, 20), (20, 21), (21, 21)] {
            mask.add(x, y, 1.0);
        }
        mask
    }

    fn area(mask: &FineMask) -> f32 {
        mask.shrunk().iter().map(|v| f32::from(*v) / 255.0).sum()
    }

    #[test]
    fn thickening_grows_with_the_radius_also_between_pixels() {
        let areas: Vec<f32> = [0.0, 0.5, 0.75, 1.0, 2.0]
            .iter()
            .map(|r| area(&dot().thickened(*r)))
            .collect();
        assert!(areas.windows(2).all(|w| w[0] < w[1]), "{areas:?}");
        assert_eq!(areas[0], 1.0);
    }

    #[test]
    fn coverage_outside_is_ignored_and_overlaps_do_not_overflow() {
        let mut mask = dot();
        mask.add(-1, 5, 1.0);
        mask.add(4000, 5, 1.0);
        mask.add(20, 20, 1.0);
        assert_eq!(area(&mask), 1.0);
    }

    #[test]
    fn blurring_keeps_the_amount_of_ink() {
        let mut mask = GrayImage::new(200, 200);
        for (x, y) in (80..120).flat_map(|x| (80..120).map(move |y| (x, y))) {
            mask.put_pixel(x, y, Luma([255]));
        }
        let sum = |m: &GrayImage| m.iter().map(|v| u64::from(*v)).sum::<u64>() as f64;
        for sigma in [1.5, 6.0, 15.0] {
            let ratio = sum(&blurred(&mask, sigma)) / sum(&mask);
            // Wide blurs lose the faint ends of their tails to rounding.
            assert!((0.93..1.03).contains(&ratio), "sigma {sigma}: {ratio}");
        }
    }
}
