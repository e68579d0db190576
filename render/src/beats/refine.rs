//! Moves beats from the frame they were found on to where they are, to within a few milliseconds.

use super::fine::Attacks;

/// How far a beat may be from its attack, in seconds.
const REACH_S: f64 = 0.04;

/// Beats on either side whose attacks are averaged to find where this one is.
const NEIGHBOURS: usize = 6;

/// Beats on either side of a local fit.
const FIT_REACH: usize = 8;

/// A track whose beats stay this near one straight line, in seconds (root mean square), has one tempo.
const STEADY_S: f64 = 0.005;

/// Beats on their attacks, free of jitter, and exactly even where the tempo is steady.
pub(super) fn refine(beats_s: &[f64], attacks: &Attacks) -> Vec<f64> {
    if beats_s.len() < 4 {
        return beats_s.to_vec();
    }
    let mut beats = smoothed(beats_s);
    for _ in 0..2 {
        let shifts: Vec<f64> = (0..beats.len())
            .map(|index| shift_to_attacks(&beats, index, attacks))
            .collect();
        beats
            .iter_mut()
            .zip(shifts)
            .for_each(|(beat, shift)| *beat += shift);
        beats = smoothed(&beats);
    }
    steady(&beats).unwrap_or(beats)
}

/// Adds beats at both ends as far as there is sound, and drops those outside it.
pub(super) fn extend(beats_s: &mut Vec<f64>, sound_s: (f64, f64)) {
    const SLACK_S: f64 = 0.03;
    let (from_s, to_s) = sound_s;
    if let [first, second, ..] = beats_s[..] {
        let mut earlier = Vec::new();
        let mut time_s = 2.0 * first - second;
        while time_s > from_s - SLACK_S && second > first {
            earlier.push(time_s);
            time_s -= second - first;
        }
        earlier.reverse();
        beats_s.splice(0..0, earlier);
    }
    if let [.., before, last] = beats_s[..] {
        let mut time_s = 2.0 * last - before;
        while time_s < to_s && last > before {
            beats_s.push(time_s);
            time_s += last - before;
        }
    }
    beats_s.retain(|&beat| beat > from_s - SLACK_S && beat < to_s);
    beats_s.iter_mut().for_each(|beat| *beat = beat.max(0.0));
    beats_s.dedup();
}

/// Tempo of the median interval, in beats per minute.
pub(super) fn median_bpm(beats_s: &[f64]) -> Option<f64> {
    let mut intervals: Vec<f64> = beats_s.windows(2).map(|pair| pair[1] - pair[0]).collect();
    intervals.sort_by(f64::total_cmp);
    let middle = *intervals.get(intervals.len() / 2)?;
    (middle > 0.0).then(|| 60.0 / middle)
}

/// Where the attacks round this beat and its neighbours lie on average, relative to them.
fn shift_to_attacks(beats: &[f64], index: usize, attacks: &Attacks) -> f64 {
    let near = index.saturating_sub(NEIGHBOURS)..(index + NEIGHBOURS + 1).min(beats.len());
    let step_s = attacks.block_s();
    let reach = (REACH_S / step_s) as i32;
    let profile: Vec<f64> = (-reach..=reach)
        .map(|step| {
            let offset_s = f64::from(step) * step_s;
            let closeness = 1.0 - 0.5 * (offset_s / REACH_S).powi(2);
            let sum: f64 = near
                .clone()
                .map(|other| {
                    let weight = 1.0 - index.abs_diff(other) as f64 / (NEIGHBOURS + 1) as f64;
                    let at_s = beats[other] + offset_s;
                    let around = 0.5 * (attacks.at(at_s - step_s) + attacks.at(at_s + step_s));
                    weight * f64::from(attacks.at(at_s) + around)
                })
                .sum();
            sum * closeness
        })
        .collect();
    (peak(&profile) - f64::from(reach)) * step_s
}

/// The top of a profile, by a parabola between its steps; the middle where it is flat.
fn peak(profile: &[f64]) -> f64 {
    let mut best = profile.len() / 2;
    for (index, value) in profile.iter().enumerate() {
        if *value > profile[best] {
            best = index;
        }
    }
    if best == 0 || best + 1 == profile.len() {
        return best as f64;
    }
    let (left, top, right) = (profile[best - 1], profile[best], profile[best + 1]);
    let bend = left - 2.0 * top + right;
    let shift = if bend < -1e-12 {
        0.5 * (left - right) / bend
    } else {
        0.0
    };
    best as f64 + shift
}

/// Each beat on the parabola through its neighbours, near ones weighing more (Cleveland 1979).
fn smoothed(beats: &[f64]) -> Vec<f64> {
    (0..beats.len())
        .map(|index| {
            let from = index.saturating_sub(FIT_REACH);
            let near = &beats[from..(index + FIT_REACH + 1).min(beats.len())];
            local_parabola(near, (index - from) as f64).unwrap_or(beats[index])
        })
        .collect()
}

/// Weighted least squares of `values` over x = position − `centre`; the fit at x = 0.
fn local_parabola(values: &[f64], centre: f64) -> Option<f64> {
    let mut moments = [0.0; 5];
    let mut products = [0.0; 3];
    for (position, value) in values.iter().enumerate() {
        let x = position as f64 - centre;
        let distance = (x.abs() / (FIT_REACH + 1) as f64).min(1.0);
        let weight = (1.0 - distance.powi(3)).powi(3);
        for (power, moment) in moments.iter_mut().enumerate() {
            *moment += weight * x.powi(power as i32);
        }
        for (power, product) in products.iter_mut().enumerate() {
            *product += weight * x.powi(power as i32) * value;
        }
    }
    let [m0, m1, m2, m3, m4] = moments;
    let [p0, p1, p2] = products;
    let det = m0 * (m2 * m4 - m3 * m3) - m1 * (m1 * m4 - m2 * m3) + m2 * (m1 * m3 - m2 * m2);
    let top = p0 * (m2 * m4 - m3 * m3) - m1 * (p1 * m4 - m3 * p2) + m2 * (p1 * m3 - m2 * p2);
    (det.abs() > 1e-9).then(|| top / det)
}

/// The beats on one straight line, where they lie near enough to it.
fn steady(beats: &[f64]) -> Option<Vec<f64>> {
    let count = beats.len() as f64;
    let middle = (count - 1.0) / 2.0;
    let mean = beats.iter().sum::<f64>() / count;
    let (mut spread, mut slope) = (0.0, 0.0);
    for (index, beat) in beats.iter().enumerate() {
        let x = index as f64 - middle;
        spread += x * x;
        slope += x * beat;
    }
    slope /= spread;
    let line: Vec<f64> = (0..beats.len())
        .map(|index| mean + slope * (index as f64 - middle))
        .collect();
    let error: f64 = beats
        .iter()
        .zip(&line)
        .map(|(a, b)| (a - b).powi(2))
        .sum::<f64>()
        / count;
    (error.sqrt() < STEADY_S).then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn smoothing_keeps_a_changing_tempo() {
        let curve: Vec<f64> = (0..40)
            .map(|i| 0.6 * f64::from(i) - 0.001 * f64::from(i * i))
            .collect();
        for (smooth, beat) in smoothed(&curve).iter().zip(&curve) {
            assert!((smooth - beat).abs() < 1e-6, "{smooth} instead of {beat}");
        }
    }

    #[test]
    fn an_even_pulse_becomes_exactly_even_and_a_drifting_one_is_left() {
        let jittered: Vec<f64> = (0..40)
            .map(|i| 0.5 * f64::from(i) + if i % 2 == 0 { 0.003 } else { -0.003 })
            .collect();
        let even = steady(&jittered).unwrap();
        assert!(
            even.windows(2)
                .all(|pair| (pair[1] - pair[0] - 0.5).abs() < 1e-3)
        );
        let drifting: Vec<f64> = (0..40)
            .map(|i| 0.5 * f64::from(i) + 0.001 * f64::from(i * i))
            .collect();
        assert!(steady(&drifting).is_none());
    }

    #[test]
    fn beats_reach_as_far_as_the_sound() {
        let mut beats = vec![1.5, 2.0, 2.5, 3.0];
        extend(&mut beats, (0.49, 4.2));
        assert_eq!(beats, [0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0]);
        extend(&mut beats, (0.9, 3.1));
        assert_eq!(beats, [1.0, 1.5, 2.0, 2.5, 3.0]);
    }

    #[test]
    fn few_beats_have_no_tempo() {
        assert_eq!(median_bpm(&[1.0]), None);
        assert_eq!(median_bpm(&[1.0, 1.5]), Some(120.0));
    }
}
