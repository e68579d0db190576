//! What of the music is heard when.

use super::{SAMPLE_RATE, SAMPLES_PER_FRAME};
use crate::audio::{AudioEdit, MIN_LOOP_SAMPLES};
use std::ops::Range;

/// Longest fade-out where the music is cut.
const FADE_OUT_SAMPLES: u64 = 2 * SAMPLE_RATE as u64;
/// Fade-out where the music ends by itself: long enough to end without a click.
const END_FADE_SAMPLES: u64 = SAMPLE_RATE as u64 / 4;
/// Fade-in that removes a click at the very start, 5 ms.
const FADE_IN_SAMPLES: u64 = SAMPLE_RATE as u64 / 200;
/// Crossfade at the seam of a loop, 20 ms.
const SEAM_SAMPLES: u64 = SAMPLE_RATE as u64 / 50;
/// Beats a loop has to hold so that it goes by whole bars of four.
const BAR_BEATS: usize = 4;
/// A loop by beats shorter than this is worse than looping the whole file.
const MIN_BAR_LOOP_SAMPLES: u64 = 4 * SAMPLE_RATE as u64;

/// The edit that makes a soundtrack of `frames` frames from a source of `source_samples` with `beats_s`.
pub(super) fn edit(frames: u32, source_samples: u64, beats_s: &[f64]) -> AudioEdit {
    let total_samples = u64::from(frames) * SAMPLES_PER_FRAME;
    // A source that lacks less than a frame is padded; nobody hears it under the fade.
    // One that is hardly there at all is padded too: repeated, it would be a buzz.
    let too_short = total_samples > source_samples + SAMPLES_PER_FRAME;
    let loops = too_short && source_samples >= MIN_LOOP_SAMPLES;
    let cut = loops || total_samples + SAMPLES_PER_FRAME < source_samples;
    let fade_out = if cut {
        FADE_OUT_SAMPLES
    } else {
        END_FADE_SAMPLES
    };
    let loop_range = loops.then(|| loop_range(source_samples, beats_s));
    let loop_samples = loop_range
        .as_ref()
        .map_or(0, |range| range.end - range.start);
    AudioEdit {
        source_start: 0,
        total_samples,
        loop_range,
        loop_crossfade_samples: SEAM_SAMPLES.min(loop_samples / 4),
        fade_in_samples: FADE_IN_SAMPLES.min(total_samples / 8),
        fade_out_samples: fade_out.min(total_samples / 4),
    }
}

/// Whole bars from the first beat on, so that the beat goes on over the seam; the whole source without beats.
fn loop_range(source_samples: u64, beats_s: &[f64]) -> Range<u64> {
    let whole = 0..source_samples;
    let bars = beats_s.len().saturating_sub(1) / BAR_BEATS;
    let (Some(&first), Some(&last)) = (beats_s.first(), beats_s.get(bars * BAR_BEATS)) else {
        return whole;
    };
    let sample = |seconds: f64| (seconds * f64::from(SAMPLE_RATE)).round() as u64;
    let range = sample(first)..sample(last).min(source_samples);
    if range.end >= range.start + MIN_BAR_LOOP_SAMPLES {
        range
    } else {
        whole
    }
}

/// Beat times of the edited soundtrack, given those of the source.
pub(super) fn beats(edit: &AudioEdit, source_beats_s: &[f64]) -> Vec<f64> {
    let total_s = seconds(edit.total_samples);
    let until = |end_s: f64| source_beats_s.iter().copied().filter(move |&b| b < end_s);
    let Some(range) = &edit.loop_range else {
        return until(total_s).collect();
    };
    let (start, end) = (seconds(range.start), seconds(range.end));
    // A beat on the seam belongs to the next pass; half a sample decides.
    let half = 0.5 / f64::from(SAMPLE_RATE);
    let mut beats: Vec<f64> = until(end - half).collect();
    let again: Vec<f64> = until(end - half).filter(|&b| b > start - half).collect();
    let mut offset = end - start;
    while again.first().is_some_and(|first| first + offset < total_s) {
        beats.extend(again.iter().map(|b| b + offset));
        offset += end - start;
    }
    beats.retain(|&b| b < total_s);
    beats
}

fn seconds(samples: u64) -> f64 {
    samples as f64 / f64::from(SAMPLE_RATE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beats(bpm: f64, first_s: f64, until_s: f64) -> Vec<f64> {
        let period = 60.0 / bpm;
        (0..)
            .map(|i| first_s + f64::from(i) * period)
            .take_while(|&b| b < until_s)
            .collect()
    }

    #[test]
    fn a_loop_keeps_the_beat() {
        let source = beats(120.0, 0.3, 10.0);
        let edit = edit(900, 10 * 48_000, &source);
        let all = super::beats(&edit, &source);
        for pair in all.windows(2) {
            assert!((pair[1] - pair[0] - 0.5).abs() < 1e-3, "{pair:?}");
        }
        assert!(*all.last().unwrap_or(&0.0) > 29.0);
    }

    #[test]
    fn a_loop_goes_by_whole_bars() {
        let source = beats(120.0, 0.3, 10.0);
        let range = edit(900, 10 * 48_000, &source)
            .loop_range
            .map(|r| r.end - r.start);
        assert_eq!(range, Some(16 * 24_000));
    }

    #[test]
    fn without_beats_the_whole_source_loops() {
        let got = edit(900, 480_000, &[]);
        assert_eq!(got.loop_range, Some(0..480_000));
    }

    #[test]
    fn a_source_that_is_long_enough_does_not_loop() {
        for samples in [48_000 * 30, 48_000 * 30 - 1_600, 48_000 * 60] {
            assert_eq!(edit(900, samples, &[]).loop_range, None, "{samples}");
        }
        assert!(edit(900, 48_000 * 30 - 1_601, &[]).loop_range.is_some());
    }

    #[test]
    fn every_edit_is_possible() {
        for frames in [30, 31, 900, 5_400] {
            for samples in [0, 1, 10, 4_799, 4_800, 4_801, 48_000, 9_000_000] {
                let edit = edit(frames, samples, &[]);
                assert!(edit.check().is_ok(), "{frames} frames of {samples} samples");
                assert_eq!(edit.total_samples, u64::from(frames) * 1_600);
            }
        }
    }
}
