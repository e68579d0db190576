//! Brings a stream down to about 24 kHz: beats need no more, and it halves the cost of everything after it.

use std::f64::consts::PI;

use super::vectors::dot;

/// The rate aimed at, in Hz.
const TARGET_HZ: f64 = 24_000.0;

/// Taps per unit of the decimation factor; the filter's stop band is below −40 dB.
const TAPS_PER_FACTOR: usize = 12;

/// A windowed-sinc low-pass that keeps every n-th sample.
pub(super) struct Decimator {
    taps: Vec<f32>,
    /// The last samples, twice over, so that the newest `taps.len()` always lie in one piece.
    history: Vec<f32>,
    position: usize,
    factor: usize,
    until_next: usize,
    rate_hz: f64,
}

impl Decimator {
    pub(super) fn new(sample_rate: u32) -> Self {
        let rate_hz = f64::from(sample_rate);
        let factor = ((rate_hz / TARGET_HZ).round() as usize).max(1);
        let taps = low_pass(factor);
        Self {
            history: vec![0.0; 2 * taps.len()],
            taps,
            position: 0,
            factor,
            until_next: factor,
            rate_hz,
        }
    }

    pub(super) fn output_rate_hz(&self) -> f64 {
        self.rate_hz / self.factor as f64
    }

    /// How late the output is, in seconds.
    pub(super) fn delay_s(&self) -> f64 {
        ((self.taps.len() - 1) as f64 / 2.0 + (self.factor - 1) as f64) / self.rate_hz
    }

    pub(super) fn push(&mut self, sample: f32) -> Option<f32> {
        let length = self.taps.len();
        self.history[self.position] = sample;
        self.history[self.position + length] = sample;
        self.position = (self.position + 1) % length;
        self.until_next -= 1;
        if self.until_next > 0 {
            return None;
        }
        self.until_next = self.factor;
        let recent = &self.history[self.position..self.position + length];
        Some(dot(recent, &self.taps))
    }
}

fn low_pass(factor: usize) -> Vec<f32> {
    if factor == 1 {
        return vec![1.0];
    }
    let length = TAPS_PER_FACTOR * factor + 1;
    let middle = (length - 1) as f64 / 2.0;
    let cutoff = 0.45 / factor as f64;
    let mut taps: Vec<f64> = (0..length)
        .map(|i| {
            let x = i as f64 - middle;
            let sinc = if x == 0.0 {
                2.0 * cutoff
            } else {
                (2.0 * PI * cutoff * x).sin() / (PI * x)
            };
            let hann = 0.5 + 0.5 * (PI * x / (middle + 1.0)).cos();
            sinc * hann
        })
        .collect();
    let sum: f64 = taps.iter().sum();
    taps.iter_mut().for_each(|tap| *tap /= sum);
    taps.into_iter().map(|tap| tap as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_come_near_the_target() {
        for (rate, expected) in [
            (48_000, 24_000.0),
            (44_100, 22_050.0),
            (16_000, 16_000.0),
            (96_000, 24_000.0),
        ] {
            assert_eq!(Decimator::new(rate).output_rate_hz(), expected);
        }
    }

    #[test]
    fn keeps_low_tones_and_removes_what_would_fold() {
        let level = |hz: f64| {
            let mut decimator = Decimator::new(48_000);
            (0..4_800)
                .filter_map(|i| {
                    decimator.push((2.0 * PI * hz * f64::from(i) / 48_000.0).sin() as f32)
                })
                .skip(100)
                .fold(0.0_f32, |top, x| top.max(x.abs()))
        };
        assert!(level(1_000.0) > 0.98);
        assert!(level(17_000.0) < 0.02, "{}", level(17_000.0));
    }
}
