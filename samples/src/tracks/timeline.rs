//! From a tempo curve to the times of the beats.

use super::rng::Rng;
use super::spec::TempoCurve;

/// The beat grid of a track: `time_s(b)` for any beat position, also between beats.
#[derive(Debug, Clone)]
pub(super) struct Timeline {
    beats_s: Vec<f64>,
}

impl Timeline {
    /// Lays beats from `start_s` until just past `duration_s`.
    pub(super) fn new(curve: TempoCurve, start_s: f64, duration_s: f64, rng: &mut Rng) -> Self {
        let phases = [rng.unit(), rng.unit(), rng.unit()];
        let mut beats_s = vec![start_s];
        let mut time_s = start_s;
        while time_s < duration_s + 2.0 {
            time_s += 60.0 / bpm_at(curve, time_s / duration_s, &phases);
            beats_s.push(time_s);
        }
        Self { beats_s }
    }

    /// The time of a beat position; a fraction lies evenly between its two beats.
    pub(super) fn time_s(&self, position: f64) -> f64 {
        let index = (position.max(0.0) as usize).min(self.beats_s.len() - 2);
        let (from, to) = (self.beats_s[index], self.beats_s[index + 1]);
        from + (to - from) * (position - index as f64)
    }

    /// All beats before `end_s`.
    pub(super) fn beats_before(&self, end_s: f64) -> Vec<f64> {
        self.beats_s
            .iter()
            .copied()
            .filter(|&beat| beat < end_s)
            .collect()
    }
}

fn bpm_at(curve: TempoCurve, progress: f64, phases: &[f64; 3]) -> f64 {
    match curve {
        TempoCurve::Steady(bpm) => bpm,
        TempoCurve::Drift(from, to) => from + (to - from) * progress.clamp(0.0, 1.0),
        TempoCurve::Wander(bpm, depth) => bpm * (1.0 + depth * wander(progress, phases)),
    }
}

/// Three slow waves of 1, 2.3 and 4.1 turns per track: a smooth path in −1..1.
fn wander(progress: f64, phases: &[f64; 3]) -> f64 {
    let turns = [1.0, 2.3, 4.1];
    let weights = [0.5, 0.3, 0.2];
    (0..3)
        .map(|i| weights[i] * (std::f64::consts::TAU * (turns[i] * progress + phases[i])).sin())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_tempo_gives_an_even_grid() {
        let line = Timeline::new(TempoCurve::Steady(120.0), 0.25, 10.0, &mut Rng::new(1));
        assert!((line.time_s(10.5) - 5.5).abs() < 1e-9);
        assert_eq!(line.beats_before(1.0), vec![0.25, 0.75]);
    }

    #[test]
    fn a_drift_ends_at_its_second_tempo() {
        let line = Timeline::new(TempoCurve::Drift(100.0, 120.0), 0.0, 60.0, &mut Rng::new(1));
        let beats = line.beats_before(60.0);
        let last = beats.len() - 1;
        let end_bpm = 60.0 / (beats[last] - beats[last - 1]);
        assert!((end_bpm - 120.0).abs() < 0.5, "{end_bpm}");
    }
}
