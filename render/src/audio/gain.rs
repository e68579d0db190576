//! The limiter's gain curve: down in time for every peak, smooth, and slowly up again.

use std::collections::VecDeque;

/// Turns the gain each sample needs into a smooth gain that is never above it.
///
/// Three steps. A sliding minimum holds each dip for `window` samples; a release lets the gain rise only
/// exponentially; two moving averages in a row, together no longer than the hold, round the corners. The averages see
/// only values at or below the dip while they stand over its sample, so neither is their mean above it.
pub(super) struct GainCurve {
    minimum: SlidingMinimum,
    release: f64,
    held: f64,
    averages: [MovingAverage; 2],
}

impl GainCurve {
    /// `half_window` samples per average; the release's time constant is `release_samples`.
    pub(super) fn new(half_window: usize, release_samples: f64) -> Self {
        Self {
            minimum: SlidingMinimum::new(2 * half_window),
            release: 1.0 - (-1.0 / release_samples).exp(),
            held: 1.0,
            averages: std::array::from_fn(|_| MovingAverage::new(half_window)),
        }
    }

    /// How many samples the curve lags behind the needs it is given.
    pub(super) const fn lag(half_window: usize) -> usize {
        2 * half_window - 2
    }

    /// Takes the gain that one more sample needs (0..=1) and returns the gain for the sample `lag` ago.
    pub(super) fn next(&mut self, needed: f32) -> f32 {
        let target = f64::from(self.minimum.next(needed));
        self.held = match target < self.held {
            true => target,
            false => self.held + (target - self.held) * self.release,
        };
        let [first, second] = &mut self.averages;
        second.next(first.next(self.held)) as f32
    }
}

/// The least of the last `window` values.
struct SlidingMinimum {
    window: usize,
    clock: usize,
    /// Values with their time, rising: the front is the minimum, later ones may become it.
    candidates: VecDeque<(usize, f32)>,
}

impl SlidingMinimum {
    fn new(window: usize) -> Self {
        Self {
            window,
            clock: 0,
            candidates: VecDeque::with_capacity(window + 1),
        }
    }

    fn next(&mut self, value: f32) -> f32 {
        while self.candidates.back().is_some_and(|&(_, v)| v >= value) {
            self.candidates.pop_back();
        }
        self.candidates.push_back((self.clock, value));
        if self.candidates[0].0 + self.window <= self.clock {
            self.candidates.pop_front();
        }
        self.clock += 1;
        self.candidates[0].1
    }
}

/// The mean of the last values, starting from ones.
struct MovingAverage {
    ring: Vec<f64>,
    at: usize,
    sum: f64,
}

impl MovingAverage {
    fn new(length: usize) -> Self {
        Self {
            ring: vec![1.0; length],
            at: 0,
            sum: length as f64,
        }
    }

    fn next(&mut self, value: f64) -> f64 {
        self.sum += value - std::mem::replace(&mut self.ring[self.at], value);
        self.at = (self.at + 1) % self.ring.len();
        // The running sum drifts by less than 1e-9 in hours of sound: far below a step of a 24-bit sample.
        (self.sum / self.ring.len() as f64).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_is_never_above_what_is_needed() {
        let half = 20;
        let lag = GainCurve::lag(half);
        let mut state = 9_u32;
        let needs: Vec<f32> = (0..5_000)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let value = (state >> 8) as f32 / (1 << 24) as f32;
                if value > 0.98 { value - 0.9 } else { 1.0 }
            })
            .collect();
        let mut curve = GainCurve::new(half, 500.0);
        let gains: Vec<f32> = needs.iter().map(|&need| curve.next(need)).collect();
        for (need, gain) in needs.iter().zip(&gains[lag..]) {
            assert!(*gain <= need + 1e-6, "{gain} for {need}");
        }
    }

    #[test]
    fn without_a_need_the_gain_is_exactly_one() {
        let mut curve = GainCurve::new(120, 4_800.0);
        assert!((0..10_000).all(|_| curve.next(1.0) == 1.0));
    }

    #[test]
    fn it_recovers_after_a_dip() {
        let mut curve = GainCurve::new(20, 100.0);
        curve.next(0.25);
        let last = (0..2_000).map(|_| curve.next(1.0)).last();
        assert!(last.is_some_and(|gain| gain > 0.999));
    }
}
