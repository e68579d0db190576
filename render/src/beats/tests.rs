//! Whole analyses of small synthetic signals.

use super::*;
use gildhall_samples::tracks;
use sha2::{Digest, Sha256};

const RATE: u32 = 48_000;

/// A deterministic noise in −1..1.
fn noise(index: u32) -> f32 {
    let mixed = (index.wrapping_add(1)).wrapping_mul(0x9E37_79B1);
    let mixed = (mixed ^ (mixed >> 15)).wrapping_mul(0x85EB_CA77);
    (mixed ^ (mixed >> 13)) as f32 / u32::MAX as f32 * 2.0 - 1.0
}

/// A drum-like hit at each time: a falling low tone and a burst of noise.
fn hits(times_s: &[f64], length_s: f64, rate: u32) -> Vec<f32> {
    let mut samples = vec![0.0_f32; (length_s * f64::from(rate)) as usize];
    for &time_s in times_s {
        let start = (time_s * f64::from(rate)).round() as usize;
        let room = samples.len().saturating_sub(start);
        for offset in 0..room.min(rate as usize / 5) {
            let t = offset as f32 / rate as f32;
            let tone = (std::f32::consts::TAU * 70.0 * t).sin() * (-t / 0.05).exp();
            let burst = noise(offset as u32) * (-t / 0.012).exp();
            samples[start + offset] += 0.5 * tone + 0.3 * burst;
        }
    }
    samples
}

fn even(bpm: f64, first_s: f64, length_s: f64) -> Vec<f64> {
    let count = ((length_s - first_s) * bpm / 60.0).ceil() as usize;
    (0..count)
        .map(|beat| first_s + beat as f64 * 60.0 / bpm)
        .collect()
}

/// Every true beat has a found one within `within_s`, and there are no others.
fn assert_same(found_s: &[f64], true_s: &[f64], within_s: f64) {
    assert_eq!(found_s.len(), true_s.len(), "found {found_s:?}");
    for (found, truth) in found_s.iter().zip(true_s) {
        assert!(
            (found - truth).abs() < within_s,
            "{found} instead of {truth}"
        );
    }
}

#[test]
fn steady_beats_are_found_to_a_few_milliseconds_to_the_end() {
    for bpm in [66.0, 96.0, 128.0, 174.0] {
        let truth = even(bpm, 0.31, 20.0);
        let track = analyse(&hits(&truth, 20.0, RATE), RATE).unwrap();
        assert_same(&track.beats_s, &truth, 0.006);
        assert!(
            (track.tempo_bpm.unwrap() - bpm).abs() < 0.05,
            "{:?}",
            track.tempo_bpm
        );
        assert!(track.confidence > 0.8, "{}", track.confidence);
    }
}

#[test]
fn a_drifting_tempo_is_followed() {
    let mut truth = vec![0.2];
    while truth[truth.len() - 1] < 29.4 {
        let last = truth[truth.len() - 1];
        truth.push(last + 60.0 / (100.0 + last * 0.6));
    }
    let track = analyse(&hits(&truth, 30.0, RATE), RATE).unwrap();
    assert_same(&track.beats_s, &truth, 0.012);
}

#[test]
fn offbeat_hats_do_not_take_the_beat() {
    let kicks = even(124.0, 0.25, 20.0);
    let mut samples = hits(&kicks, 20.0, RATE);
    for kick in &kicks {
        let start = ((kick + 30.0 / 124.0) * f64::from(RATE)) as usize;
        for offset in 0..4_800_u32 {
            if let Some(sample) = samples.get_mut(start + offset as usize) {
                let edge = noise(offset) - noise(offset.wrapping_sub(1));
                *sample += 0.4 * edge * (-(offset as f32) / 1_200.0).exp();
            }
        }
    }
    assert_same(&analyse(&samples, RATE).unwrap().beats_s, &kicks, 0.006);
}

#[test]
fn level_does_not_matter() {
    let truth = even(110.0, 0.4, 15.0);
    let quiet: Vec<f32> = hits(&truth, 15.0, RATE).iter().map(|x| x * 0.002).collect();
    assert_same(&analyse(&quiet, RATE).unwrap().beats_s, &truth, 0.006);
}

#[test]
fn pieces_of_any_size_give_the_same_beats() {
    let samples = hits(&even(105.0, 0.1, 12.0), 12.0, RATE);
    let whole = analyse(&samples, RATE).unwrap();
    for size in [1, 777, 48_000] {
        let mut analyser = Analyser::new(RATE).unwrap();
        samples
            .chunks(size)
            .for_each(|piece| analyser.push(piece).unwrap());
        assert_eq!(analyser.finish().unwrap(), whole);
    }
}

#[test]
fn other_sample_rates_give_the_same_beats() {
    let truth = even(118.0, 0.3, 12.0);
    for rate in [8_000, 22_050, 44_100, 96_000] {
        assert_same(
            &analyse(&hits(&truth, 12.0, rate), rate).unwrap().beats_s,
            &truth,
            0.008,
        );
    }
}

#[test]
fn silence_and_noise_have_no_beats() {
    let length = 20 * RATE;
    let silence = analyse(&vec![0.0; length as usize], RATE).unwrap();
    assert_eq!(silence, BeatTrack::default());
    let hiss: Vec<f32> = (0..length).map(|i| 0.3 * noise(i)).collect();
    let found = analyse(&hiss, RATE).unwrap();
    assert!(
        found.beats_s.is_empty() && found.confidence < LEAST_CONFIDENCE,
        "{}",
        found.confidence
    );
}

#[test]
fn hits_at_random_have_no_beats() {
    let mut times = vec![0.1];
    while times[times.len() - 1] < 28.0 {
        let gap = 0.12 + 0.35 * f64::from(noise(times.len() as u32) + 1.0);
        times.push(times[times.len() - 1] + gap);
    }
    let found = analyse(&hits(&times, 30.0, RATE), RATE).unwrap();
    assert!(found.beats_s.is_empty(), "confidence {}", found.confidence);
    assert!(
        found.onsets.len() > times.len() / 2,
        "the hits themselves are onsets"
    );
}

#[test]
fn the_shortest_inputs_are_no_error() {
    for length in [0, 1, 100, 5_000, 60_000] {
        let track = analyse(&vec![0.5; length], RATE).unwrap();
        assert!(track.beats_s.is_empty());
    }
}

#[test]
fn samples_that_are_not_finite_count_as_silence() {
    let truth = even(120.0, 0.25, 12.0);
    let mut samples = hits(&truth, 12.0, RATE);
    samples[30_000] = f32::NAN;
    samples[70_000] = f32::INFINITY;
    assert_same(&analyse(&samples, RATE).unwrap().beats_s, &truth, 0.006);
}

#[test]
fn what_comes_after_the_longest_length_is_ignored() {
    let mut analyser = Analyser::new(8_000).unwrap();
    let second = hits(&[0.0, 0.5], 1.0, 8_000);
    for _ in 0..LONGEST_S + 20 {
        analyser.push(&second).unwrap();
    }
    let track = analyser.finish().unwrap();
    let last = track.beats_s[track.beats_s.len() - 1];
    assert!(
        last > f64::from(LONGEST_S) - 1.0 && last <= f64::from(LONGEST_S),
        "{last}"
    );
}

#[test]
fn impossible_sample_rates_are_refused() {
    for rate in [0, 7_999, 192_001] {
        assert!(matches!(Analyser::new(rate), Err(BeatError::SampleRate(_))));
    }
}

/// Kept analyses are told from new ones by [`ANALYSIS_VERSION`] alone, so whoever changes the beats has to raise it.
#[test]
fn other_beats_have_another_version() {
    const PINNED: (u32, &str) = (
        1,
        "81e7b4b7c9aa3b657642c8ca8dbc4f946ed363b61b07c12a91cef1998e3d0c74",
    );
    let mut hash = Sha256::new();
    let suite = tracks::suite();
    for name in ["rock-118", "breakdown-102"] {
        let named = suite.iter().find(|named| named.name == name);
        let track = tracks::render(&named.expect("it is of the suite").spec);
        let found = analyse(&track.mono(), track.sample_rate).unwrap();
        // To a tenth of a millisecond: the mathematical library of another system may differ in the last bit.
        let beats: Vec<String> = found.beats_s.iter().map(|s| format!("{s:.4}")).collect();
        hash.update(beats.join(" "));
    }
    let found: String = hash.finalize().iter().map(|b| format!("{b:02x}")).collect();
    assert_eq!(
        (ANALYSIS_VERSION, found.as_str()),
        PINNED,
        "the analysis has changed, or the tracks have: raise the version, then pin both"
    );
}
