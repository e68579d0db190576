//! Golden atmospheres: seamless loops of light on black.
//!
//! A loop is a pure function of the frame number: every motion has a whole number of periods in the loop, so
//! the last frame runs into the first one without a seam.

mod glitter;
mod palette;
mod plate;
mod rain;

use crate::rng::Rng;
pub use palette::Yuv420;
use plate::Plate;

/// What drifts through the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// Glints, dust and soft discs of light.
    Glitter,
    /// Fine streaks of falling gold.
    Rain,
    /// Both, each a little thinner.
    GlitterRain,
}

/// A loop of light, `frames` long.
pub struct Atmosphere {
    width: u32,
    height: u32,
    frames: u32,
    glitter: Option<glitter::Glitter>,
    rain: Option<rain::Rain>,
}

impl Atmosphere {
    /// A loop of `frames` frames of `width` x `height` pixels (both even). `density` scales how much there is
    /// of everything; 1 is the look of the default overlays.
    #[must_use]
    pub fn new(
        weather: Weather,
        (width, height): (u32, u32),
        frames: u32,
        density: f32,
        seed: u64,
    ) -> Self {
        let rng = Rng::new(seed);
        let share = if weather == Weather::GlitterRain {
            0.72 * density
        } else {
            density
        };
        let glitter =
            (weather != Weather::Rain).then(|| glitter::Glitter::new(&rng.fork(1), share));
        let rain = (weather != Weather::Glitter).then(|| rain::Rain::new(&rng.fork(2), share));
        Self {
            width,
            height,
            frames,
            glitter,
            rain,
        }
    }

    /// Frame `index`, modulo the length of the loop.
    #[must_use]
    pub fn frame(&self, index: u32) -> Yuv420 {
        let at = (index % self.frames) as f32 / self.frames as f32;
        // Everything is laid out for 1080 x 1920 and scaled from there.
        let mut plate = Plate::new(self.width, self.height, self.width as f32 / 1080.0);
        if let Some(glitter) = &self.glitter {
            glitter.draw(at, &mut plate);
        }
        if let Some(rain) = &self.rain {
            rain.draw(at, &mut plate);
        }
        palette::develop(&plate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mean_step(weather: Weather, a: u32, b: u32) -> f64 {
        let loop_ = Atmosphere::new(weather, (108, 192), 300, 1.0, 5);
        let (a, b) = (loop_.frame(a), loop_.frame(b));
        let sum: u64 =
            a.y.iter()
                .zip(&b.y)
                .map(|(a, b)| u64::from(a.abs_diff(*b)))
                .sum();
        sum as f64 / a.y.len() as f64
    }

    #[test]
    fn the_seam_is_no_larger_than_any_other_step() {
        for weather in [Weather::Glitter, Weather::Rain, Weather::GlitterRain] {
            let seam = mean_step(weather, 299, 300);
            let usual = mean_step(weather, 120, 121).max(mean_step(weather, 200, 201));
            assert!(
                seam <= usual * 1.6 + 0.05,
                "{weather:?}: seam {seam}, usual {usual}"
            );
        }
    }

    #[test]
    fn same_seed_same_bytes_and_mostly_black() {
        let make = || Atmosphere::new(Weather::Glitter, (270, 480), 240, 1.0, 5).frame(17);
        let frame = make();
        assert_eq!(frame, make());
        let dark = frame.y.iter().filter(|&&y| y <= 40).count();
        assert!(dark * 10 > frame.y.len() * 6, "{dark} of {}", frame.y.len());
        assert!(frame.y.iter().any(|&y| y > 150));
    }
}
