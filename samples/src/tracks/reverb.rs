//! A small room: eight feedback delay lines mixed by a Householder matrix.

use super::SAMPLE_RATE;
use super::filter::OnePole;

/// Mutually prime lengths in samples at 48 kHz, 25 to 65 ms, so that echoes do not pile up.
const LENGTHS: [usize; 8] = [1193, 1381, 1607, 1789, 2053, 2371, 2687, 3121];

/// Feedback delay network (Jot and Chaigne, "Digital delay networks for designing artificial reverberators", 1991).
pub(super) struct Reverb {
    lines: Vec<Vec<f32>>,
    damping: Vec<OnePole>,
    decay_s: f32,
    gain: f32,
}

impl Reverb {
    /// `decay_s` is the time to fall by 60 dB, `gain` the level of the tail in the mix.
    pub(super) fn new(decay_s: f32, gain: f32) -> Self {
        Self {
            lines: LENGTHS.iter().map(|&length| vec![0.0; length]).collect(),
            damping: vec![OnePole::default(); LENGTHS.len()],
            decay_s,
            gain,
        }
    }

    /// Adds the tail of `send` to `mix`, both interleaved stereo of one length.
    pub(super) fn add_to(mut self, send: &[f32], mix: &mut [f32]) {
        let feedback = LENGTHS.map(|length| {
            10.0_f32.powf(-3.0 * length as f32 / (self.decay_s * SAMPLE_RATE as f32))
        });
        let mut low_cut = [OnePole::default(), OnePole::default()];
        for (frame, (input, output)) in send
            .chunks_exact(2)
            .zip(mix.chunks_exact_mut(2))
            .enumerate()
        {
            let input = [
                low_cut[0].high(input[0], 0.004),
                low_cut[1].high(input[1], 0.004),
            ];
            let taps: [f32; 8] = std::array::from_fn(|i| self.lines[i][frame % LENGTHS[i]]);
            let shared = taps.iter().sum::<f32>() * 0.25;
            let paths = self.lines.iter_mut().zip(&mut self.damping).zip(feedback);
            for (i, ((line, damping), feedback)) in paths.enumerate() {
                let fed = damping.low((taps[i] - shared) * feedback, 0.11);
                let length = line.len();
                line[frame % length] = fed + input[i % 2];
            }
            output[0] += self.gain * (taps[0] - taps[2] + taps[4] - taps[7]);
            output[1] += self.gain * (taps[1] - taps[3] + taps[5] - taps[6]);
        }
    }
}
