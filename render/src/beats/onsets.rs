//! Picks the clear onsets of a track (peak picking after Böck, Krebs, Schedl 2012).

use super::Onset;
use super::fine::Attacks;
use super::strength::Strength;

/// An onset is the strongest frame within this time on either side, in seconds.
const APART_S: f64 = 0.05;

/// It stands at least this far above the mean, in units of the strength's deviation.
const LEAST: f32 = 1.2;

/// The strength that counts as 1.
const TYPICAL: f32 = 3.0;

/// All clear onsets, ascending.
pub(super) fn pick(strength: &Strength, attacks: &Attacks) -> Vec<Onset> {
    let mix = &strength.mix;
    let apart = (APART_S * strength.clock.frames_per_s).round() as usize;
    (0..mix.len())
        .filter(|&frame| {
            let near = &mix[frame.saturating_sub(apart)..(frame + apart + 1).min(mix.len())];
            mix[frame] > LEAST && near.iter().all(|&other| other <= mix[frame])
        })
        .map(|frame| Onset {
            time_s: attack_near(strength.clock.time_s(frame as f64), attacks).max(0.0),
            strength: mix[frame] / TYPICAL,
        })
        .collect()
}

/// The strongest attack within 30 ms; the time itself where there is none.
fn attack_near(time_s: f64, attacks: &Attacks) -> f64 {
    let step_s = attacks.block_s();
    let reach = (0.03 / step_s) as i32;
    let mut best = (0.0, time_s);
    for step in -reach..=reach {
        let at_s = time_s + f64::from(step) * step_s;
        if attacks.at(at_s) > best.0 {
            best = (attacks.at(at_s), at_s);
        }
    }
    best.1
}
