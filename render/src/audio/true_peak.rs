//! True peak: the greatest value of the continuous signal behind the samples, estimated by fourfold oversampling as
//! ITU-R BS.1770-4, annex 2 asks.

use super::CHANNELS;

/// Values per sample that are looked at: the sample and three between it and the next one.
const OVERSAMPLING: usize = 4;
/// Samples each in-between value is computed from.
const TAPS: usize = 12;
/// Samples computed together, so that the compiler turns the sums into vector code.
const CHUNK: usize = 64;
/// Frames kept from the block before.
const HISTORY: usize = TAPS - 1;

/// How many frames the peaks lag behind the samples: the value at index n covers the signal from sample
/// n − `LAG_FRAMES` to the one after it.
pub(super) const LAG_FRAMES: usize = TAPS / 2;

/// Interpolates between samples, block by block.
pub(super) struct Oversampler {
    phases: [[f32; TAPS]; OVERSAMPLING - 1],
    /// Per channel: the history, then the block.
    lanes: [Vec<f32>; CHANNELS],
}

impl Oversampler {
    pub(super) fn new() -> Self {
        Self {
            phases: std::array::from_fn(|phase| taps((phase + 1) as f64 / OVERSAMPLING as f64)),
            lanes: std::array::from_fn(|_| vec![0.0; HISTORY]),
        }
    }

    /// Appends, per frame, the greatest absolute value of both channels around it, [`LAG_FRAMES`] late.
    pub(super) fn peaks(&mut self, block: &[f32], out: &mut Vec<f32>) {
        let start = out.len();
        out.resize(start + block.len() / CHANNELS, 0.0);
        for (channel, lane) in self.lanes.iter_mut().enumerate() {
            lane.extend(block.chunks_exact(CHANNELS).map(|frame| frame[channel]));
            for (index, peaks) in out[start..].chunks_mut(CHUNK).enumerate() {
                let window = &lane[index * CHUNK..index * CHUNK + peaks.len() + HISTORY];
                raise(peaks, window, &self.phases);
            }
            lane.drain(..lane.len() - HISTORY);
        }
    }
}

/// Raises each of `peaks` to the signal's value around it; `window` is longer by the history.
fn raise(peaks: &mut [f32], window: &[f32], phases: &[[f32; TAPS]; OVERSAMPLING - 1]) {
    for (peak, sample) in peaks.iter_mut().zip(&window[HISTORY - LAG_FRAMES..]) {
        *peak = peak.max(sample.abs());
    }
    for phase in phases {
        let mut sums = [0.0_f32; CHUNK];
        for (tap, weight) in phase.iter().enumerate() {
            for (sum, sample) in sums.iter_mut().zip(&window[tap..tap + peaks.len()]) {
                *sum += weight * sample;
            }
        }
        for (peak, sum) in peaks.iter_mut().zip(&sums) {
            *peak = peak.max(sum.abs());
        }
    }
}

/// The interpolation filter for the point `fraction` of the way from the 6th to the 7th of twelve samples: a sinc
/// under a Hann window, scaled so that a constant stays what it is.
fn taps(fraction: f64) -> [f32; TAPS] {
    let raw: [f64; TAPS] = std::array::from_fn(|tap| {
        let distance = tap as f64 - (TAPS / 2 - 1) as f64 - fraction;
        let angle = distance * std::f64::consts::PI;
        let window = 0.5 + 0.5 * (angle / (TAPS / 2) as f64).cos();
        angle.sin() / angle * window
    });
    let sum: f64 = raw.iter().sum();
    raw.map(|tap| (tap / sum) as f32)
}

/// Keeps the greatest true peak of a stream of interleaved stereo blocks.
pub struct TruePeakMeter {
    oversampler: Oversampler,
    peaks: Vec<f32>,
    peak: f32,
}

impl Default for TruePeakMeter {
    fn default() -> Self {
        Self::new()
    }
}

impl TruePeakMeter {
    /// A meter that has heard nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            oversampler: Oversampler::new(),
            peaks: Vec::new(),
            peak: 0.0,
        }
    }

    /// Listens to a block.
    pub fn add(&mut self, block: &[f32]) {
        self.peaks.clear();
        self.oversampler.peaks(block, &mut self.peaks);
        self.peak = self.peaks.iter().fold(self.peak, |max, &p| max.max(p));
        // The lag must not hide the last few samples of a stream.
        self.peak = block.iter().fold(self.peak, |max, s| max.max(s.abs()));
    }

    /// The greatest amplitude so far; 1.0 is full scale.
    #[must_use]
    pub fn peak(&self) -> f32 {
        self.peak
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audio::test_support::{noise, sine};
    use ebur128::{EbuR128, Mode};

    fn reference(block: &[f32]) -> f64 {
        let mut meter = EbuR128::new(2, 48_000, Mode::TRUE_PEAK).expect("a meter");
        meter.add_frames_f32(block).expect("measured");
        let peak = |channel| meter.true_peak(channel).expect("read");
        peak(0).max(peak(1))
    }

    #[test]
    fn a_peak_between_samples_is_found() {
        // A quarter of the sample rate, sampled at 45°: each sample is 3 dB below the crest.
        let block: Vec<f32> = (0..4_800)
            .flat_map(|n| {
                let phase = (n as f32 * 0.5 + 0.25) * std::f32::consts::PI;
                [phase.sin(); 2]
            })
            .collect();
        let mut meter = TruePeakMeter::new();
        meter.add(&block);
        assert!((meter.peak() - 1.0).abs() < 0.02, "{}", meter.peak());
    }

    #[test]
    fn it_agrees_with_the_reference_meter() {
        for block in [
            sine(997.0, 0.5, 48_000),
            sine(11_025.0, 0.7, 48_000),
            noise(48_000, 0.3, 7),
        ] {
            let mut meter = TruePeakMeter::new();
            block.chunks(1_000).for_each(|part| meter.add(part));
            let difference = 20.0 * (f64::from(meter.peak()) / reference(&block)).log10();
            assert!(difference.abs() < 0.1, "{difference} dB");
        }
    }

    #[test]
    fn block_sizes_do_not_matter() {
        let signal = noise(10_000, 0.3, 3);
        let mut whole = Vec::new();
        Oversampler::new().peaks(&signal, &mut whole);
        let (mut parts, mut oversampler) = (Vec::new(), Oversampler::new());
        for part in signal.chunks(2 * 37) {
            oversampler.peaks(part, &mut parts);
        }
        assert_eq!(whole, parts);
    }
}
