//! A look-ahead true-peak limiter, both channels linked.

use std::collections::VecDeque;

use super::gain::GainCurve;
use super::true_peak::{LAG_FRAMES, Oversampler};
use super::{CHANNELS, SAMPLE_RATE_HZ};

/// Half of the look-ahead in samples; the whole is 5 ms: short enough to sound open, long enough not to click.
const HALF_WINDOW: usize = 120;
/// Time constant of the release, in seconds: fast enough not to duck what follows a drum, slow enough for bass not to
/// be modulated.
const RELEASE_S: f64 = 0.1;
/// How long a frame waits until its gain is known.
const DELAY_FRAMES: usize = LAG_FRAMES + GainCurve::lag(HALF_WINDOW);

/// Keeps the true peak of a stream of interleaved stereo blocks at or below a ceiling.
///
/// Frame for frame as many come out as go in, at the same times: the look-ahead is taken out at the beginning and
/// given back by [`Self::finish`].
pub struct Limiter {
    ceiling: f32,
    oversampler: Oversampler,
    curve: GainCurve,
    /// Frames waiting for their gain.
    waiting: VecDeque<[f32; CHANNELS]>,
    peaks: Vec<f32>,
}

impl Limiter {
    /// A limiter with a ceiling given as amplitude (1.0 is full scale).
    #[must_use]
    pub fn new(ceiling: f32) -> Self {
        Self {
            ceiling,
            oversampler: Oversampler::new(),
            curve: GainCurve::new(HALF_WINDOW, RELEASE_S * f64::from(SAMPLE_RATE_HZ)),
            waiting: VecDeque::with_capacity(DELAY_FRAMES + 1),
            peaks: Vec::new(),
        }
    }

    /// Takes a block and appends what is ready to `out`.
    pub fn process(&mut self, block: &[f32], out: &mut Vec<f32>) {
        self.peaks.clear();
        self.oversampler.peaks(block, &mut self.peaks);
        for (frame, &peak) in block.chunks_exact(CHANNELS).zip(&self.peaks) {
            let needed = match peak > self.ceiling {
                true => self.ceiling / peak,
                false => 1.0,
            };
            let gain = self.curve.next(needed);
            self.waiting.push_back([frame[0], frame[1]]);
            if self.waiting.len() > DELAY_FRAMES
                && let Some([left, right]) = self.waiting.pop_front()
            {
                out.extend([left * gain, right * gain]);
            }
        }
    }

    /// Appends the frames still inside the look-ahead.
    pub fn finish(mut self, out: &mut Vec<f32>) {
        // Every frame but the last `DELAY_FRAMES` comes out at once; as much silence pushes those out too.
        let silence = [0.0; DELAY_FRAMES * CHANNELS];
        self.process(&silence, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::TruePeakMeter;
    use crate::audio::test_support::{noise, sine};

    fn limit(signal: &[f32], ceiling: f32, block: usize) -> Vec<f32> {
        let mut limiter = Limiter::new(ceiling);
        let mut out = Vec::new();
        for part in signal.chunks(block) {
            limiter.process(part, &mut out);
        }
        limiter.finish(&mut out);
        out
    }

    #[test]
    fn what_is_below_the_ceiling_passes_unchanged_and_in_time() {
        let signal = sine(440.0, 0.5, 10_000);
        assert_eq!(limit(&signal, 0.6, 1_024), signal);
        let short = sine(440.0, 0.5, 10);
        assert_eq!(limit(&short, 0.6, 1_024), short);
    }

    #[test]
    fn true_peaks_stay_at_the_ceiling() {
        for signal in [noise(48_000, 2.0, 5), sine(11_999.0, 1.5, 48_000)] {
            let mut meter = TruePeakMeter::new();
            meter.add(&limit(&signal, 0.5, 2 * 777));
            let over_db = 20.0 * (meter.peak() / 0.5).log10();
            assert!(over_db < 0.15, "{over_db} dB over");
        }
    }

    #[test]
    fn a_peak_turns_down_its_surroundings_only() {
        let mut signal = sine(200.0, 0.25, 48_000);
        signal[48_000] = 2.0;
        let out = limit(&signal, 0.5, 4_096);
        assert!(out[48_000] <= 0.501 && out[48_000] > 0.45);
        assert_eq!(out[..40_000], signal[..40_000]);
        let (late, original) = (&out[90_000..], &signal[90_000..]);
        assert!(late.iter().zip(original).all(|(a, b)| (a - b).abs() < 0.01));
    }

    #[test]
    fn block_sizes_do_not_matter() {
        let signal = noise(20_000, 1.0, 11);
        assert_eq!(limit(&signal, 0.3, 64), limit(&signal, 0.3, 40_000));
    }
}
