//! The tempo over time: autocorrelation of the onset strengths in overlapping windows, a comb over its multiples,
//! and the smoothest strong path through it (Viterbi; after Klapuri, Eronen, Astola 2006 and Wu et al. 2011).

use super::strength::Strength;
use super::vectors::dot;

/// Tempi that beats may have, in beats per minute, with some room around 60..190.
pub(super) const SLOWEST_BPM: f64 = 54.0;
pub(super) const FASTEST_BPM: f64 = 206.0;

/// Ratio between neighbouring tempi of the grid.
const GRID_STEP: f64 = 1.012;

/// Window and step of the analysis in seconds: the window holds two bars at 60 BPM.
const WINDOW_S: f64 = 8.0;
const STEP_S: f64 = 1.0;

/// Longest lag in seconds: a bar of four at 60 BPM.
const LONGEST_LAG_S: f64 = 4.1;

/// Weights of the first four multiples of a period; the fourth is mostly the bar.
const COMB: [f64; 4] = [1.0, 1.0, 0.6, 1.0];

/// Cost of a change of tempo by one per cent per step, in units of autocorrelation.
const CHANGE_COST: f64 = 0.012;

/// Grid steps that the tempo may go at once.
const LARGEST_CHANGE: usize = 5;

/// How much the preferred tempo (see [`preference`]) counts against autocorrelation.
const PREFERENCE_WEIGHT: f64 = 0.1;

/// The period of the beat over time.
#[derive(Debug, Clone)]
pub(super) struct TempoPath {
    /// Periods in seconds, [`STEP_S`] apart, the first at the track's start.
    periods_s: Vec<f64>,
}

impl TempoPath {
    /// The period at a time in seconds, interpolated.
    pub(super) fn period_s(&self, time_s: f64) -> f64 {
        let last = self.periods_s.len() - 1;
        let position = (time_s / STEP_S).clamp(0.0, last as f64);
        let index = position as usize;
        let share = position - index as f64;
        let next = self.periods_s[(index + 1).min(last)];
        self.periods_s[index] * (1.0 - share) + next * share
    }

    pub(super) fn median_period_s(&self) -> f64 {
        let mut sorted = self.periods_s.clone();
        sorted.sort_by(f64::total_cmp);
        sorted[sorted.len() / 2]
    }

    pub(super) fn longest_period_s(&self) -> f64 {
        self.periods_s.iter().copied().fold(0.0, f64::max)
    }

    /// The same path at another metrical level.
    pub(super) fn scaled(&self, factor: f64) -> Self {
        Self {
            periods_s: self
                .periods_s
                .iter()
                .map(|period| period * factor)
                .collect(),
        }
    }
}

/// How readily people hear a pulse at this tempo: a bell over log tempo round 120 BPM, as wide as one octave
/// (Parncutt 1994; the width after Ellis 2007). 0 at the centre, negative elsewhere.
fn preference(bpm: f64) -> f64 {
    -0.5 * (bpm / 120.0).log2().powi(2)
}

/// The strongest smooth path; `None` when the track is too short to hold one.
pub(super) fn tempo_path(strength: &Strength) -> Option<TempoPath> {
    let rate = strength.clock.frames_per_s;
    let frames = strength.mix.len();
    if (frames as f64) < 2.0 * rate {
        return None;
    }
    let periods_s = period_grid();
    let steps = (frames as f64 / rate / STEP_S).ceil() as usize;
    let salience: Vec<Vec<f64>> = (0..steps)
        .map(|step| {
            let middle = (step as f64 * STEP_S * rate) as usize;
            let correlation = correlation_around(strength, middle);
            periods_s
                .iter()
                .map(|&period| comb(&correlation, period * rate))
                .collect()
        })
        .collect();
    let path = strongest_path(&salience, &periods_s);
    Some(TempoPath {
        periods_s: path.into_iter().map(|index| periods_s[index]).collect(),
    })
}

fn period_grid() -> Vec<f64> {
    let count = ((FASTEST_BPM / SLOWEST_BPM).ln() / GRID_STEP.ln()).ceil() as i32;
    (0..=count)
        .map(|i| 60.0 / (SLOWEST_BPM * GRID_STEP.powi(i)))
        .collect()
}

/// Weight of the mix's autocorrelation beside those of the groups.
const MIX_WEIGHT: f64 = 2.0;

/// Normalised autocorrelation of a window round `middle`, averaged over the groups of bands: a pulse that one group
/// keeps counts even where another plays across it.
fn correlation_around(strength: &Strength, middle: usize) -> Vec<f64> {
    let rate = strength.clock.frames_per_s;
    let half = (0.5 * WINDOW_S * rate) as usize;
    let frames = strength.mix.len();
    let window = (2 * half).min(frames);
    let from = middle.saturating_sub(half).min(frames - window);
    let lags = ((LONGEST_LAG_S * rate) as usize).min(window - 1);
    let mut total = vec![0.0; lags + 1];
    for group in &strength.groups {
        add_correlation(&group[from..from + window], 1.0, &mut total);
    }
    add_correlation(&strength.mix[from..from + window], MIX_WEIGHT, &mut total);
    let weights = strength.groups.len() as f64 + MIX_WEIGHT;
    total.iter_mut().for_each(|value| *value /= weights);
    total
}

fn add_correlation(part: &[f32], weight: f64, total: &mut [f64]) {
    let power: f32 = part.iter().map(|value| value * value).sum();
    if power < 1e-3 * part.len() as f32 {
        return;
    }
    for (lag, sum) in total.iter_mut().enumerate() {
        let overlap = part.len() - lag;
        let product = dot(&part[..overlap], &part[lag..]);
        *sum += weight * f64::from(product) / f64::from(power) * part.len() as f64 / overlap as f64;
    }
}

/// Weighted mean of the autocorrelation at the multiples of a period (in frames) that lie inside it. Each is the best
/// within ±1 frame: attacks and periods do not fall on whole frames.
fn comb(correlation: &[f64], period: f64) -> f64 {
    let mut sum = 0.0;
    let mut weights = 0.0;
    for (index, weight) in COMB.iter().enumerate() {
        let lag = ((index + 1) as f64 * period).round() as usize;
        if lag + 1 >= correlation.len() {
            break;
        }
        let best = correlation[lag - 1]
            .max(correlation[lag])
            .max(correlation[lag + 1]);
        sum += weight * best;
        weights += weight;
    }
    if weights > 0.0 { sum / weights } else { 0.0 }
}

/// Viterbi: the path with the most salience, less the cost of its changes.
fn strongest_path(salience: &[Vec<f64>], periods_s: &[f64]) -> Vec<usize> {
    let states = periods_s.len();
    let preferred: Vec<f64> = periods_s
        .iter()
        .map(|p| PREFERENCE_WEIGHT * preference(60.0 / p))
        .collect();
    let own = |step: usize, state: usize| salience[step][state] + preferred[state];
    let mut score: Vec<f64> = (0..states).map(|state| own(0, state)).collect();
    let mut back: Vec<Vec<usize>> = Vec::with_capacity(salience.len());
    for step in 1..salience.len() {
        let from: Vec<usize> = (0..states)
            .map(|state| best_before(&score, state))
            .collect();
        score = (0..states)
            .map(|state| score[from[state]] - change_cost(from[state], state) + own(step, state))
            .collect();
        back.push(from);
    }
    let mut state = (0..states)
        .max_by(|&a, &b| score[a].total_cmp(&score[b]))
        .unwrap_or(0);
    let mut path = vec![state];
    for from in back.iter().rev() {
        state = from[state];
        path.push(state);
    }
    path.reverse();
    path
}

fn best_before(score: &[f64], state: usize) -> usize {
    let near = state.saturating_sub(LARGEST_CHANGE)..(state + LARGEST_CHANGE + 1).min(score.len());
    near.max_by(|&a, &b| {
        (score[a] - change_cost(a, state)).total_cmp(&(score[b] - change_cost(b, state)))
    })
    .unwrap_or(state)
}

fn change_cost(from: usize, to: usize) -> f64 {
    let percent = from.abs_diff(to) as f64 * 100.0 * (GRID_STEP - 1.0);
    CHANGE_COST * percent
}
