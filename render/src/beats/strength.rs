//! Onset strength per group of bands: how much is struck at each frame, low, middle, snare-like and high.

use std::ops::Range;

use aubio_rs::Result;

use super::aubio::{Clock, Flux};
use super::bands::{BANDS, BandLog, GROUPS};

/// Number of groups.
pub(super) const KINDS: usize = GROUPS.len();

/// Logarithmic compression ln(1 + γx), x relative to the band's loud moments (Klapuri, Eronen, Astola 2006; the value of
/// γ after Grosche and Müller 2011).
const COMPRESSION: f32 = 100.0;

/// A band whose loud moments lie further than this below the loudest band's is not raised to the others' level.
const FAINTEST: f32 = 0.003;

/// Half width of the local mean that is taken off, in seconds.
const LOCAL_MEAN_S: f64 = 0.4;

/// Half width of the local level that strengths are measured by, in seconds: quiet passages count as loud ones.
const LOCAL_LEVEL_S: f64 = 4.0;

/// No frame counts for more than this many times the typical onset, so that one crash cannot outweigh a pulse.
const MOST: f32 = 4.0;

/// Weights of the groups in the mix that beats are tracked on: what marks beats before what fills between them.
const BEAT_WEIGHTS: [f32; KINDS] = [1.0, 0.6, 0.8, 0.3];

/// Onset strengths of a track.
pub(super) struct Strength {
    pub(super) clock: Clock,
    /// Strength per group, each with zero mean and unit power.
    pub(super) groups: [Vec<f32>; KINDS],
    /// Their weighted sum, of unit power.
    pub(super) mix: Vec<f32>,
    /// Frames in which anything sounds.
    sounding: Option<Range<usize>>,
}

impl Strength {
    pub(super) fn new(log: &BandLog, clock: Clock) -> Result<Self> {
        let flux = group_flux(log, COMPRESSION)?;
        let groups = flux.map(|raw| normalised(&raw, clock.frames_per_s));
        let mut mix = vec![0.0_f32; log.frames().len()];
        for (group, weight) in groups.iter().zip(BEAT_WEIGHTS) {
            for (sum, value) in mix.iter_mut().zip(group) {
                *sum += weight * value;
            }
        }
        to_unit_power(&mut mix);
        Ok(Self {
            clock,
            groups,
            mix,
            sounding: sounding(log.frames()),
        })
    }

    /// When the first and the last sound is heard, in seconds; `None` for silence.
    pub(super) fn sounding_s(&self) -> Option<Range<f64>> {
        let frames = self.sounding.as_ref()?;
        Some(self.clock.time_s(frames.start as f64)..self.clock.time_s(frames.end as f64))
    }

    /// The strongest value of the mix near a time.
    pub(super) fn mix_near(&self, time_s: f64, reach_s: f64) -> f32 {
        strongest(&self.mix, self.clock, time_s, reach_s)
    }
}

fn strongest(values: &[f32], clock: Clock, time_s: f64, reach_s: f64) -> f32 {
    let middle = clock.frame(time_s);
    let reach = reach_s * clock.frames_per_s;
    let from = (middle - reach).round().max(0.0) as usize;
    let to = ((middle + reach).round().max(0.0) as usize + 1).min(values.len());
    values
        .get(from..to)
        .map_or(0.0, |near| near.iter().copied().fold(f32::MIN, f32::max))
        .max(-1.0)
}

/// Spectral flux of each group of bands, whose levels are compressed as ln(1 + γx) relative to their loud moments.
pub(super) fn group_flux(log: &BandLog, gamma: f32) -> Result<[Vec<f32>; KINDS]> {
    let levels = compressed(log.frames(), gamma);
    let mut groups: [Vec<f32>; KINDS] = Default::default();
    for (group, bands) in groups.iter_mut().zip(GROUPS) {
        let mut flux = Flux::new(bands.len())?;
        let raw: Result<Vec<f32>> = levels
            .iter()
            .map(|frame| flux.run(&frame[bands.clone()]))
            .collect();
        *group = raw?;
    }
    Ok(groups)
}

fn compressed(frames: &[[f32; BANDS]], gamma: f32) -> Vec<[f32; BANDS]> {
    let loud = loud_levels(frames);
    let least = FAINTEST * loud.iter().copied().fold(0.0, f32::max) + f32::MIN_POSITIVE;
    frames
        .iter()
        .map(|frame| {
            std::array::from_fn(|band| (gamma * frame[band] / loud[band].max(least)).ln_1p())
        })
        .collect()
}

/// The 95th percentile of every band.
fn loud_levels(frames: &[[f32; BANDS]]) -> [f32; BANDS] {
    std::array::from_fn(|band| {
        let mut column: Vec<f32> = frames.iter().map(|frame| frame[band]).collect();
        percentile(&mut column, 0.95)
    })
}

/// The value below which a share of all values lies; 0 when there are none.
pub(super) fn percentile(values: &mut [f32], share: f64) -> f32 {
    if values.is_empty() {
        return 0.0;
    }
    let rank = ((values.len() - 1) as f64 * share) as usize;
    *values.select_nth_unstable_by(rank, f32::total_cmp).1
}

/// What rises above the local mean, over the local level.
pub(super) fn rises(raw: &[f32], frames_per_s: f64) -> Vec<f32> {
    let means = moving_mean(raw, (LOCAL_MEAN_S * frames_per_s) as usize);
    let above: Vec<f32> = raw
        .iter()
        .zip(&means)
        .map(|(value, mean)| (value - mean).max(0.0))
        .collect();
    let powers: Vec<f32> = above.iter().map(|rise| rise * rise).collect();
    let local = moving_mean(&powers, (LOCAL_LEVEL_S * frames_per_s) as usize);
    let whole = powers.iter().sum::<f32>() / powers.len().max(1) as f32;
    above
        .iter()
        .zip(&local)
        .map(|(rise, local)| rise / local.max(0.05 * whole).sqrt().max(1e-6))
        .collect()
}

/// Rises, limited, with zero mean and unit power.
fn normalised(raw: &[f32], frames_per_s: f64) -> Vec<f32> {
    let mut result = rises(raw, frames_per_s);
    result.iter_mut().for_each(|value| *value = value.min(MOST));
    let mean = result.iter().sum::<f32>() / result.len().max(1) as f32;
    result.iter_mut().for_each(|value| *value -= mean);
    to_unit_power(&mut result);
    result
}

fn to_unit_power(values: &mut [f32]) {
    let power = values.iter().map(|value| value * value).sum::<f32>() / values.len().max(1) as f32;
    let gain = 1.0 / power.sqrt().max(1e-6);
    values.iter_mut().for_each(|value| *value *= gain);
}

/// Mean over `reach` values on either side, fewer at the ends.
fn moving_mean(values: &[f32], reach: usize) -> Vec<f32> {
    let mut sums = Vec::with_capacity(values.len() + 1);
    sums.push(0.0_f64);
    for &value in values {
        sums.push(sums[sums.len() - 1] + f64::from(value));
    }
    (0..values.len())
        .map(|i| {
            let (from, to) = (i.saturating_sub(reach), (i + reach + 1).min(values.len()));
            ((sums[to] - sums[from]) / (to - from) as f64) as f32
        })
        .collect()
}

/// The frames from the first to the last that is louder than −60 dB relative to the loud ones.
fn sounding(frames: &[[f32; BANDS]]) -> Option<Range<usize>> {
    let levels: Vec<f32> = frames.iter().map(|frame| frame.iter().sum()).collect();
    let loud =
        percentile(&mut levels.clone(), 0.95).max(levels.iter().copied().fold(0.0, f32::max) * 0.1);
    if loud < 1e-7 {
        return None;
    }
    let heard = |level: &f32| *level > loud * 1e-3;
    let first = levels.iter().position(heard)?;
    let last = levels.iter().rposition(heard)?;
    Some(first..last + 1)
}
