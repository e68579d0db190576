//! Chooses the metrical level and the phase: which of the pulses in a track is the beat.
//!
//! Every candidate is folded to its mean bar of three or four beats, and the likelihood of that bar under each of the
//! usual patterns, against hits strewn at random, is weighed with how natural its tempo is. It is the idea of the bar
//! pointer model (Whiteley, Cemgil, Godsill 2006; Krebs, Böck, Widmer 2013) with fixed patterns and a given path.

use super::accents::Accents;
use super::patterns::{self, Pattern, SLOTS};
use super::strength::{KINDS, Strength};
use super::tempogram::{FASTEST_BPM, SLOWEST_BPM, TempoPath};
use super::tracking::track;

/// Places in a beat: sixteenths and triplets both fall on them.
const PLACES: usize = 12;

/// Where the hits of each sixteenth may lie; the half beat may swing as far as a triplet.
const SLOT_PLACES: [&[usize]; SLOTS] = [&[0], &[3], &[6, 7, 8], &[9, 10]];

/// Other levels that the tempo path may have been caught on, as factors of its period.
const LEVELS: [f64; 9] = [
    1.0,
    2.0,
    0.5,
    3.0,
    1.0 / 3.0,
    1.5,
    2.0 / 3.0,
    4.0 / 3.0,
    0.75,
];

/// The most natural tempo in beats per minute; naturalness falls off as a bell over log tempo, one octave wide
/// (Parncutt 1994; McKinney and Moelants 2006).
const NATURAL_BPM: f64 = 110.0;

/// Weight of that bell against the likelihood of the pattern, per second of music.
const NATURAL_WEIGHT: f64 = 8.5;

/// Fewest beats that make a candidate.
const FEWEST: usize = 6;

/// The beats on the best level and phase, in seconds; empty when there are too few of them.
pub(super) fn choose(strength: &Strength, accents: &Accents, tempo: &TempoPath) -> Vec<f64> {
    let base_s = tempo.median_period_s();
    let patterns = patterns::all();
    let mut best: Option<(f64, TempoPath, Vec<f64>)> = None;
    for level in LEVELS {
        let bpm = 60.0 / (base_s * level);
        if !(SLOWEST_BPM..=FASTEST_BPM).contains(&bpm) {
            continue;
        }
        let path = tempo.scaled(level);
        let beats_s = track(&strength.mix, strength, &path);
        if beats_s.len() < FEWEST {
            continue;
        }
        let (fit, shift) = best_phase(accents, &beats_s, &patterns);
        let score = fit - NATURAL_WEIGHT * 0.5 * (bpm / NATURAL_BPM).log2().powi(2);
        if best.as_ref().is_none_or(|(top, ..)| score > *top) {
            best = Some((score, path, shifted(&beats_s, shift)));
        }
    }
    best.map_or(Vec::new(), |(_, path, rough_s)| {
        retrack(strength, &path, &rough_s)
    })
}

/// The beats moved by a number of places.
fn shifted(beats_s: &[f64], shift: usize) -> Vec<f64> {
    let share = shift as f64 / PLACES as f64;
    beats_s
        .windows(2)
        .map(|pair| pair[0] + share * (pair[1] - pair[0]))
        .collect()
}

/// The best likelihood per second over all patterns, phases and bar lines, with its shift in places.
fn best_phase(accents: &Accents, beats_s: &[f64], patterns: &[Pattern]) -> (f64, usize) {
    let rows = place_accents(accents, beats_s);
    let beats_per_s = rows.len() as f64 / (beats_s[beats_s.len() - 1] - beats_s[0]).max(1e-3);
    let mut best = (f64::MIN, 0);
    for pattern in patterns {
        let bar = mean_bar(&rows, pattern.beats.len());
        for offset in 0..bar.len() {
            let fit =
                likelihood(&bar, pattern, offset, &accents.usual) * beats_per_s - pattern.handicap;
            if fit > best.0 {
                best = (fit, offset % PLACES);
            }
        }
    }
    best
}

type Row = [[f64; KINDS]; PLACES];

/// Accents at the places of every beat.
fn place_accents(accents: &Accents, beats_s: &[f64]) -> Vec<Row> {
    beats_s
        .windows(2)
        .map(|pair| {
            let length_s = pair[1] - pair[0];
            std::array::from_fn(|place| {
                accents.at(pair[0] + length_s * place as f64 / PLACES as f64)
            })
        })
        .collect()
}

/// The mean bar of `beats` beats, place by place.
fn mean_bar(rows: &[Row], beats: usize) -> Vec<[f64; KINDS]> {
    let mut sums = vec![[0.0; KINDS]; beats * PLACES];
    for (index, row) in rows.iter().enumerate() {
        let first = index % beats * PLACES;
        for (sum, values) in sums[first..].iter_mut().zip(row) {
            for (total, value) in sum.iter_mut().zip(values) {
                *total += value;
            }
        }
    }
    for (place, sum) in sums.iter_mut().enumerate() {
        let count = rows
            .len()
            .saturating_sub(place / PLACES)
            .div_ceil(beats)
            .max(1);
        sum.iter_mut().for_each(|total| *total /= count as f64);
    }
    sums
}

/// Logarithm, per beat, of how much likelier the bar is under the pattern than with hits strewn evenly, when the
/// pattern starts `offset` places in.
fn likelihood(bar: &[[f64; KINDS]], pattern: &Pattern, offset: usize, usual: &[f64; KINDS]) -> f64 {
    let mut total = 0.0;
    for (beat, slots) in pattern.beats.iter().enumerate() {
        for (odds, places) in slots.iter().zip(SLOT_PLACES) {
            for (group, (&expected, &chance)) in odds.iter().zip(usual).enumerate() {
                let hit = places
                    .iter()
                    .map(|place| bar[(offset + beat * PLACES + place) % bar.len()][group])
                    .fold(0.0, f64::max);
                total += hit * (expected / chance).ln();
                total += (1.0 - hit) * ((1.0 - expected) / (1.0 - chance)).ln();
            }
        }
    }
    total / pattern.beats.len() as f64
}

/// Tracks again with all strength away from the chosen phase taken out.
fn retrack(strength: &Strength, path: &TempoPath, rough_s: &[f64]) -> Vec<f64> {
    let clock = strength.clock;
    let mut evidence = vec![0.0_f32; strength.mix.len()];
    let reach = 0.2 * path.median_period_s() * clock.frames_per_s;
    for beat in continued(rough_s, clock.time_s(evidence.len() as f64)) {
        let middle = clock.frame(beat);
        let from = (middle - reach).max(0.0) as usize;
        let count = (2.0 * reach) as usize + 2;
        let near = evidence
            .iter_mut()
            .zip(&strength.mix)
            .enumerate()
            .skip(from)
            .take(count);
        for (frame, (value, mix)) in near {
            let away = (frame as f64 - middle).abs() / reach;
            let nearness = (1.0 - away * away).max(0.0) as f32;
            *value = value.max(mix.max(0.0) * nearness);
        }
    }
    track(&evidence, strength, path)
}

/// The beats with as many before and after them as the track has room for.
fn continued(beats_s: &[f64], end_s: f64) -> Vec<f64> {
    let [first, second, ..] = *beats_s else {
        return beats_s.to_vec();
    };
    let last = beats_s[beats_s.len() - 1];
    let (head_s, tail_s) = (second - first, last - beats_s[beats_s.len() - 2]);
    let before = (1..)
        .map(|i| first - f64::from(i) * head_s)
        .take_while(|&beat| beat > -head_s);
    let after = (1..)
        .map(|i| last + f64::from(i) * tail_s)
        .take_while(|&beat| beat < end_s);
    let mut all: Vec<f64> = before.chain(beats_s.iter().copied()).chain(after).collect();
    all.sort_by(f64::total_cmp);
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_backbeat_decides_the_bar_line() {
        let usual = [0.2; KINDS];
        let mut bar = vec![[0.0; KINDS]; 4 * PLACES];
        // Kick on the first and third beat, snare on the others; the bar starts one beat late.
        for beat in 0..4 {
            bar[beat * PLACES][if beat % 2 == 1 { 0 } else { 2 }] = 1.0;
        }
        let rock = &patterns::all()[0];
        let best = (0..bar.len())
            .max_by(|&a, &b| {
                likelihood(&bar, rock, a, &usual).total_cmp(&likelihood(&bar, rock, b, &usual))
            })
            .unwrap();
        assert!(best == PLACES || best == 3 * PLACES, "{best}");
    }

    #[test]
    fn the_mean_bar_weighs_every_bar_alike() {
        let mut rows = vec![[[0.0; KINDS]; PLACES]; 9];
        for row in rows.iter_mut().step_by(4) {
            row[0][0] = 1.0;
        }
        let bar = mean_bar(&rows, 4);
        assert_eq!(bar[0][0], 1.0);
        assert_eq!(bar[PLACES][0], 0.0);
    }
}
