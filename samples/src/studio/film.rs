//! From linear light to a developed picture: bloom, tone curve, vignette, grain, sRGB.

use super::scene::Scene;
use super::vec3::V3;
use crate::rng::Rng;
use image::{Rgba, RgbaImage};

/// Exposed but undeveloped light, with coverage.
pub(crate) struct Film {
    pub width: u32,
    pub height: u32,
    pub light: Vec<V3>,
    pub cover: Vec<f32>,
}

impl Film {
    /// The finished picture. `grain` is the standard deviation of the film grain in 8-bit steps.
    pub fn develop(mut self, scene: &Scene, seed: u64, grain: f32) -> RgbaImage {
        let glow = self.glow();
        let cutout = scene.table.is_none();
        for (light, glow) in self.light.iter_mut().zip(glow) {
            *light = *light * (1.0 - scene.bloom) + glow * scene.bloom;
        }
        let mut rng = Rng::new(seed).fork(0x6772_6169);
        RgbaImage::from_fn(self.width, self.height, |x, y| {
            let i = (y * self.width + x) as usize;
            let cover = if cutout { self.cover[i] } else { 1.0 };
            // A cut-out holds its colour un-multiplied.
            let scale = scene.exposure * self.vignette(x, y, cutout) / cover.max(1e-3);
            let noise = rng.normal() * grain;
            let toned = (self.light[i] * scale).map(|v| srgb(tone(v)) * 255.0 + noise + 0.5);
            Rgba([
                toned.x as u8,
                toned.y as u8,
                toned.z as u8,
                (cover * 255.0 + 0.5) as u8,
            ])
        })
    }

    fn vignette(&self, x: u32, y: u32, cutout: bool) -> f32 {
        if cutout {
            return 1.0;
        }
        let u = 2.0 * x as f32 / self.width as f32 - 1.0;
        let v = 2.0 * y as f32 / self.height as f32 - 1.0;
        1.0 - 0.22 * (0.5 * (u * u + v * v)).powi(2)
    }

    /// The picture blurred widely, on a quarter-size copy: light that the lens scatters.
    fn glow(&self) -> Vec<V3> {
        let (w, h) = ((self.width / 4).max(1), (self.height / 4).max(1));
        let mut small = vec![V3::ZERO; (w * h) as usize];
        for y in 0..h * 4 {
            for x in 0..w * 4 {
                let from = self.light
                    [(y.min(self.height - 1) * self.width + x.min(self.width - 1)) as usize];
                // One lamp pixel must not paint a disc.
                small[(y / 4 * w + x / 4) as usize] += from.map(|v| v.min(6.0)) * (1.0 / 16.0);
            }
        }
        let radius = (h / 40).max(1) as usize;
        for _ in 0..3 {
            small = box_blur(&small, w as usize, h as usize, radius);
        }
        let mut full = Vec::with_capacity(self.light.len());
        for y in 0..self.height {
            for x in 0..self.width {
                full.push(bilinear(
                    &small,
                    w,
                    h,
                    x as f32 / 4.0 - 0.375,
                    y as f32 / 4.0 - 0.375,
                ));
            }
        }
        full
    }
}

/// Box blur along both axes; three of them are close to a Gaussian.
fn box_blur(from: &[V3], w: usize, h: usize, r: usize) -> Vec<V3> {
    let pass = |from: &[V3], len: usize, lines: usize, step: usize, stride: usize| {
        let mut to = vec![V3::ZERO; from.len()];
        for line in 0..lines {
            let at =
                |i: isize| from[line * stride + (i.clamp(0, len as isize - 1) as usize) * step];
            let mut sum = (-(r as isize)..=r as isize).fold(V3::ZERO, |sum, i| sum + at(i));
            for i in 0..len as isize {
                to[line * stride + i as usize * step] = sum * (1.0 / (2 * r + 1) as f32);
                sum += at(i + r as isize + 1) - at(i - r as isize);
            }
        }
        to
    };
    let across = pass(from, w, h, 1, w);
    pass(&across, h, w, w, 1)
}

fn bilinear(from: &[V3], w: u32, h: u32, x: f32, y: f32) -> V3 {
    let (x, y) = (x.clamp(0.0, (w - 1) as f32), y.clamp(0.0, (h - 1) as f32));
    let (x0, y0) = (x as u32, y as u32);
    let (x1, y1) = ((x0 + 1).min(w - 1), (y0 + 1).min(h - 1));
    let at = |x: u32, y: u32| from[(y * w + x) as usize];
    let (fx, fy) = (x - x0 as f32, y - y0 as f32);
    at(x0, y0)
        .lerp(at(x1, y0), fx)
        .lerp(at(x0, y1).lerp(at(x1, y1), fx), fy)
}

/// Filmic curve (the rational fit of the ACES curve by K. Narkowicz, 2015).
fn tone(x: f32) -> f32 {
    let x = x.max(0.0) * 0.8;
    ((x * (2.51 * x + 0.03)) / (x * (2.43 * x + 0.59) + 0.14)).clamp(0.0, 1.0)
}

/// The sRGB transfer curve (IEC 61966-2-1).
fn srgb(v: f32) -> f32 {
    if v <= 0.003_130_8 {
        12.92 * v
    } else {
        1.055 * v.powf(1.0 / 2.4) - 0.055
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn srgb_curve_hits_its_known_points() {
        assert!(srgb(0.0).abs() < 1e-6 && (srgb(1.0) - 1.0).abs() < 1e-5);
        // Half of the light is 188 of 255.
        assert!((srgb(0.5) * 255.0 - 187.5).abs() < 0.1);
    }

    #[test]
    fn tone_curve_rises_and_ends_at_white() {
        let tones: Vec<f32> = (0..200).map(|i| tone(i as f32 * 0.05)).collect();
        assert!(tones.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!(tones[0] < 0.01 && tones[199] > 0.95);
    }

    #[test]
    fn blur_keeps_an_even_field() {
        let even = vec![V3::ONE; 12 * 9];
        assert!(
            box_blur(&even, 12, 9, 2)
                .iter()
                .all(|v| (v.x - 1.0).abs() < 1e-5)
        );
    }
}
