//! Lays beats on onset strengths by dynamic programming (Ellis, "Beat tracking by dynamic programming", 2007), with a
//! period that may change along the track.

use super::strength::Strength;
use super::tempogram::TempoPath;

/// How stiffly beats keep to the period: the cost is this times the squared log of interval over period, against
/// strengths of unit power.
const TIGHTNESS: f32 = 300.0;

/// The beats of the track with the most strength and the least deviation from `tempo`, in seconds. `evidence` has one
/// value per frame.
pub(super) fn track(evidence: &[f32], strength: &Strength, tempo: &TempoPath) -> Vec<f64> {
    let clock = strength.clock;
    let longest = (2.0 * tempo.longest_period_s() * clock.frames_per_s) as usize + 1;
    let logs: Vec<f32> = (0..=longest).map(|back| (back as f32).ln()).collect();
    let mut score = vec![0.0_f32; evidence.len()];
    let mut before: Vec<Option<usize>> = vec![None; evidence.len()];
    for (frame, own) in evidence.iter().enumerate() {
        let period = tempo.period_s(clock.time_s(frame as f64)) * clock.frames_per_s;
        let (gain, from) = best_before(&score, &logs, frame, period as f32);
        score[frame] = own + gain;
        before[frame] = from;
    }
    let Some(mut frame) = last_beat(&score, strength, tempo) else {
        return Vec::new();
    };
    let mut beats = vec![frame];
    while let Some(previous) = before[frame] {
        beats.push(previous);
        frame = previous;
    }
    beats.reverse();
    beats
        .into_iter()
        .map(|frame| clock.time_s(peak_near(evidence, frame)))
        .collect()
}

/// The best beat before `frame`, 0.7 to 1.4 periods back, if it is worth having one. `logs` holds the logarithms of
/// whole numbers.
fn best_before(score: &[f32], logs: &[f32], frame: usize, period: f32) -> (f32, Option<usize>) {
    let (near, far) = ((0.7 * period) as usize, (1.4 * period).ceil() as usize);
    let log_period = period.ln();
    let mut best = (0.0, None);
    for back in near.max(1)..=far.min(frame).min(logs.len() - 1) {
        let deviation = logs[back] - log_period;
        let value = score[frame - back] - TIGHTNESS * deviation * deviation;
        if value > best.0 {
            best = (value, Some(frame - back));
        }
    }
    best
}

/// The frame in the last period with the highest score.
fn last_beat(score: &[f32], strength: &Strength, tempo: &TempoPath) -> Option<usize> {
    let clock = strength.clock;
    let end_s = clock.time_s(score.len() as f64);
    let from = clock.frame(end_s - 1.1 * tempo.period_s(end_s)).max(0.0) as usize;
    (from..score.len()).max_by(|&a, &b| score[a].total_cmp(&score[b]))
}

/// The top of the parabola through a frame and its neighbours.
fn peak_near(evidence: &[f32], frame: usize) -> f64 {
    let value = |i: usize| evidence.get(i).copied().map_or(0.0, f64::from);
    if frame == 0 {
        return 0.0;
    }
    let (left, top, right) = (value(frame - 1), value(frame), value(frame + 1));
    let bend = left - 2.0 * top + right;
    let shift = if bend < -1e-9 {
        0.5 * (left - right) / bend
    } else {
        0.0
    };
    frame as f64 + shift.clamp(-0.5, 0.5)
}
