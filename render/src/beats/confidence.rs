//! Whether there is a pulse at all: do the beats fall on onsets, and does what is struck come again a few beats later?
//!
//! Noise and speech offer some onset near every beat to a tracker that looks for one, but what happens there does not
//! repeat; sustained sounds repeat without onsets. A pulse has both.

use super::strength::Strength;

/// How near to a beat its onset has to be, in seconds.
const REACH_S: f64 = 0.022;

/// Strength from which on a moment counts as struck, in units of the strength's deviation.
const STRUCK: f32 = 1.0;

/// After how many beats music repeats itself: the beat, the half bar, the bars of three and four.
const LAGS: [usize; 4] = [1, 2, 3, 4];

/// The sum of both measures that lies halfway between sounds without a pulse (up to 1.05) and music (from 1.4), and how
/// fast confidence rises round it.
const EVEN_ODDS: f64 = 1.22;
const SLOPE: f64 = 8.0;

/// Confidence in 0..1 that `beats_s` are beats.
pub(super) fn of(strength: &Strength, beats_s: &[f64]) -> f32 {
    if beats_s.len() < 2 * LAGS[LAGS.len() - 1] {
        return 0.0;
    }
    let repeated = LAGS
        .iter()
        .map(|&lag| repetition(strength, beats_s, lag))
        .fold(0.0, f64::max);
    let evidence = struck_share(strength, beats_s) + repeated;
    (1.0 / (1.0 + (-SLOPE * (evidence - EVEN_ODDS)).exp())) as f32
}

/// The share of beats that are struck, above what any moments would reach; 1 when all are.
fn struck_share(strength: &Strength, beats_s: &[f64]) -> f64 {
    let struck = |time_s: f64| strength.mix_near(time_s, REACH_S) > STRUCK;
    let on_beats =
        beats_s.iter().filter(|&&beat| struck(beat)).count() as f64 / beats_s.len() as f64;
    let frames = strength.mix.len();
    let anywhere = (0..frames)
        .filter(|&frame| struck(strength.clock.time_s(frame as f64)))
        .count();
    let by_chance = anywhere as f64 / frames as f64;
    (on_beats - by_chance) / (1.0 - by_chance).max(0.1)
}

/// Correlation of the onset strength with itself `lag` beats later, where beats are counted along the track.
fn repetition(strength: &Strength, beats_s: &[f64], lag: usize) -> f64 {
    let clock = strength.clock;
    let (mut product, mut power) = (0.0, 1e-9);
    for index in 0..beats_s.len().saturating_sub(lag + 1) {
        let (from, to) = (clock.frame(beats_s[index]), clock.frame(beats_s[index + 1]));
        let (later, length_s) = (
            beats_s[index + lag],
            beats_s[index + lag + 1] - beats_s[index + lag],
        );
        for frame in from.max(0.0) as usize..(to.max(0.0) as usize).min(strength.mix.len()) {
            let phase = (frame as f64 - from) / (to - from).max(1.0);
            let value = f64::from(strength.mix[frame]);
            let again = f64::from(strength.mix_near(later + phase * length_s, 0.5 * REACH_S));
            product += value * again;
            power += value * value;
        }
    }
    product / power
}
