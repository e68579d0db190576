//! The filters that shape voices: one state-variable filter and one gentle high-pass.

use std::f32::consts::PI;

/// The three outputs of a state-variable filter.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Bands {
    pub(super) low: f32,
    pub(super) band: f32,
    pub(super) high: f32,
}

/// Trapezoidal state-variable filter (Andrew Simper, "Solving the continuous SVF equations", 2013): stable while its
/// cutoff moves.
#[derive(Debug, Clone, Default)]
pub(super) struct Svf {
    state1: f32,
    state2: f32,
}

impl Svf {
    /// Filters one sample. `cutoff` is a fraction of the sample rate, `damping` is 1/Q (1.4 is flat).
    pub(super) fn run(&mut self, input: f32, cutoff: f32, damping: f32) -> Bands {
        let gain = (PI * cutoff.clamp(1e-5, 0.45)).tan();
        let a1 = 1.0 / (1.0 + gain * (gain + damping));
        let v3 = input - self.state2;
        let band = a1 * self.state1 + gain * a1 * v3;
        let low = self.state2 + gain * band;
        self.state1 = 2.0 * band - self.state1;
        self.state2 = 2.0 * low - self.state2;
        Bands {
            low,
            band,
            high: input - damping * band - low,
        }
    }
}

/// One-pole smoother; `high` is what it leaves over.
#[derive(Debug, Clone, Default)]
pub(super) struct OnePole(f32);

impl OnePole {
    /// Low-passed sample; `cutoff` is a fraction of the sample rate.
    pub(super) fn low(&mut self, input: f32, cutoff: f32) -> f32 {
        let weight = 1.0 - (-2.0 * PI * cutoff).exp();
        self.0 += weight * (input - self.0);
        self.0
    }

    pub(super) fn high(&mut self, input: f32, cutoff: f32) -> f32 {
        input - self.low(input, cutoff)
    }
}
