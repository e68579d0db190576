//! A fine envelope of the sound, from which the exact time of an attack is read.

/// Length of a block in seconds; the block is a whole number of samples near it.
const BLOCK_S: f64 = 0.002_67;

/// An attack has to rise above all of the last 20 ms, so that the swings of a low tone do not count as attacks.
const LOOK_BACK_S: f64 = 0.02;

/// Corner of the low band in Hz: the body of a kick.
const LOW_HZ: f64 = 180.0;

/// Streaming half: mean levels of blocks in two bands.
pub(super) struct FineEnvelope {
    rate_hz: f64,
    block: usize,
    filled: usize,
    last: f32,
    poles: [f32; 2],
    weight: f32,
    sums: [f32; 2],
    low: Vec<f32>,
    bright: Vec<f32>,
    samples: usize,
}

impl FineEnvelope {
    pub(super) fn new(rate_hz: f64) -> Self {
        Self {
            rate_hz,
            block: ((BLOCK_S * rate_hz).round() as usize).max(1),
            filled: 0,
            last: 0.0,
            poles: [0.0; 2],
            weight: (1.0 - (-std::f64::consts::TAU * LOW_HZ / rate_hz).exp()) as f32,
            sums: [0.0; 2],
            low: Vec::new(),
            bright: Vec::new(),
            samples: 0,
        }
    }

    /// Takes one sample: its first difference weighs attacks, two poles leave the kick.
    pub(super) fn push(&mut self, sample: f32) {
        self.sums[1] += (sample - self.last).abs();
        self.last = sample;
        self.poles[0] += self.weight * (sample - self.poles[0]);
        self.poles[1] += self.weight * (self.poles[0] - self.poles[1]);
        self.sums[0] += self.poles[1].abs();
        self.samples += 1;
        self.filled += 1;
        if self.filled == self.block {
            self.low.push(self.sums[0] / self.block as f32);
            self.bright.push(self.sums[1] / self.block as f32);
            self.sums = [0.0; 2];
            self.filled = 0;
        }
    }

    /// Length of what was heard, in seconds.
    pub(super) fn length_s(&self) -> f64 {
        self.samples as f64 / self.rate_hz
    }

    /// The attacks of the track; `delay_s` is what the sound was late already.
    pub(super) fn finish(&self, delay_s: f64) -> Attacks {
        let block_s = self.block as f64 / self.rate_hz;
        let look_back = (LOOK_BACK_S / block_s).round() as usize;
        let mut strength = rises(&self.bright, look_back);
        for (sum, low) in strength.iter_mut().zip(rises(&self.low, look_back)) {
            *sum += low;
        }
        Attacks {
            strength,
            block_s,
            first_s: 0.5 * block_s - delay_s,
        }
    }
}

/// How far each block rises above the loudest of the `look_back` blocks before it, on a logarithmic scale whose floor
/// is a tenth of the band's mean level.
fn rises(levels: &[f32], look_back: usize) -> Vec<f32> {
    let mean = levels.iter().sum::<f32>() / levels.len().max(1) as f32;
    let floor = 0.1 * mean + f32::MIN_POSITIVE;
    let logs: Vec<f32> = levels.iter().map(|level| (level + floor).ln()).collect();
    (0..logs.len())
        .map(|i| {
            let before = &logs[i.saturating_sub(look_back)..i];
            let top = before.iter().copied().fold(floor.ln(), f32::max);
            (logs[i] - top).clamp(0.0, 2.0)
        })
        .collect()
}

/// The strength of attacks every 2.7 ms.
pub(super) struct Attacks {
    strength: Vec<f32>,
    block_s: f64,
    first_s: f64,
}

impl Attacks {
    pub(super) fn block_s(&self) -> f64 {
        self.block_s
    }

    /// Interpolated strength at a time; zero outside the track.
    pub(super) fn at(&self, time_s: f64) -> f32 {
        let position = (time_s - self.first_s) / self.block_s;
        if position < 0.0 {
            return if position > -1.0 {
                self.strength.first().copied().unwrap_or(0.0)
            } else {
                0.0
            };
        }
        let index = position as usize;
        let share = (position - index as f64) as f32;
        let value = |i: usize| self.strength.get(i).copied().unwrap_or(0.0);
        value(index) * (1.0 - share) + value(index + 1) * share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attack_shows_at_its_time() {
        let mut envelope = FineEnvelope::new(24_000.0);
        for i in 0..24_000 {
            let since = i - 12_000;
            let sample = if since >= 0 {
                (-since as f32 / 800.0).exp() * (since as f32 * 0.5).sin()
            } else {
                0.0
            };
            envelope.push(sample);
        }
        let attacks = envelope.finish(0.0);
        let times = (0..1000).map(|ms| f64::from(ms) / 1000.0);
        let best = times
            .max_by(|&a, &b| attacks.at(a).total_cmp(&attacks.at(b)))
            .unwrap();
        assert!((best - 0.5).abs() < 0.004, "{best}");
    }
}
