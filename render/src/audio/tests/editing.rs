//! Edits are exact to the sample.

use crate::audio::test_support::{Folder, noise, sine};
use crate::audio::{AudioEdit, AudioNote, EditedPcm};
use crate::media::MediaSource;

fn play(source: &MediaSource, edit: &AudioEdit) -> (Vec<f32>, Vec<AudioNote>) {
    let mut pcm = EditedPcm::open(source, edit).expect("opens");
    let mut all = Vec::new();
    while let Some(block) = pcm.next_block().expect("plays") {
        all.extend_from_slice(block);
    }
    (all, pcm.notes())
}

#[test]
fn a_plain_edit_trims_and_pads_to_the_sample() {
    let folder = Folder::new();
    let signal = noise(10_000, 0.5, 1);
    let source = folder.wav("a.wav", &signal);
    let (trimmed, notes) = play(&source, &AudioEdit::plain(7_001));
    assert_eq!(trimmed, signal[..14_002]);
    assert!(notes.is_empty());
    let (padded, notes) = play(&source, &AudioEdit::plain(12_000));
    assert_eq!(padded.len(), 24_000);
    assert_eq!(padded[..20_000], signal);
    assert!(padded[20_000..].iter().all(|&value| value == 0.0));
    assert_eq!(
        notes,
        [AudioNote::EndedEarly {
            missing_samples: 2_000
        }]
    );
}

#[test]
fn a_plain_cut_loop_repeats_the_very_same_samples() {
    let folder = Folder::new();
    let signal = noise(30_000, 0.5, 1);
    let edit = AudioEdit {
        source_start: 500,
        loop_range: Some(2_000..20_000),
        ..AudioEdit::plain(60_000)
    };
    let (out, notes) = play(&folder.wav("a.wav", &signal), &edit);
    let expected = (0..60_000_usize).flat_map(|n| {
        let position = match 500 + n {
            early @ ..20_000 => early,
            later => 2_000 + (later - 20_000) % 18_000,
        };
        [signal[2 * position], signal[2 * position + 1]]
    });
    assert!(out.iter().copied().eq(expected));
    assert!(notes.is_empty());
}

#[test]
fn the_crossfade_lies_before_the_seam_and_leaves_the_rest_alone() {
    let folder = Folder::new();
    let signal = noise(30_000, 0.5, 1);
    let edit = AudioEdit {
        loop_range: Some(4_000..20_000),
        loop_crossfade_samples: 960,
        ..AudioEdit::plain(50_000)
    };
    let (out, _) = play(&folder.wav("a.wav", &signal), &edit);
    assert_eq!(out[..2 * 19_040], signal[..2 * 19_040]);
    assert_eq!(out[2 * 20_000..2 * 35_040], signal[2 * 4_000..2 * 19_040]);
    let middle = 2 * (19_040 + 480);
    let half = std::f32::consts::FRAC_1_SQRT_2;
    let expected = half * (signal[middle] + signal[2 * (3_040 + 480)]);
    assert!((out[middle] - expected).abs() < 1e-3);
}

#[test]
fn the_seam_of_a_sine_does_not_click() {
    let folder = Folder::new();
    // The loop is no whole number of periods: a plain cut would jump.
    let source = folder.wav("a.wav", &sine(440.0, 0.5, 40_000));
    for loop_range in [0..33_333, 100..33_333, 5_000..40_000] {
        let edit = AudioEdit {
            loop_range: Some(loop_range),
            loop_crossfade_samples: 480,
            ..AudioEdit::plain(120_000)
        };
        let (out, _) = play(&source, &edit);
        let step = out
            .chunks_exact(2)
            .zip(out[2..].chunks_exact(2))
            .map(|(a, b)| (a[0] - b[0]).abs())
            .fold(0.0, f32::max);
        // A 440 Hz sine of 0.5 moves by 0.029 per sample; two of them at equal power by at most 1.42 times that.
        assert!(step < 0.045, "{step}");
    }
}

#[test]
fn fades_end_in_silence() {
    let folder = Folder::new();
    let source = folder.wav("a.wav", &sine(440.0, 0.5, 48_000));
    let edit = AudioEdit {
        fade_in_samples: 480,
        fade_out_samples: 24_000,
        ..AudioEdit::plain(40_000)
    };
    let (out, _) = play(&source, &edit);
    assert_eq!((out[0], out[79_998], out[79_999]), (0.0, 0.0, 0.0));
    assert!(out[79_000..].iter().all(|value| value.abs() < 0.003));
    let loud =
        |range: std::ops::Range<usize>| out[range].iter().fold(0.0_f32, |m, v| m.max(v.abs()));
    assert!(loud(10_000..30_000) > 0.49 && loud(32_000..48_000) > loud(64_000..80_000));
}

#[test]
fn a_source_shorter_than_its_loop_keeps_the_grid() {
    let folder = Folder::new();
    let signal = noise(9_000, 0.5, 4);
    let edit = AudioEdit {
        loop_range: Some(0..10_000),
        ..AudioEdit::plain(30_000)
    };
    let (out, notes) = play(&folder.wav("a.wav", &signal), &edit);
    for round in 0..3 {
        let start = round * 20_000;
        assert_eq!(out[start..start + 18_000], signal);
    }
    assert_eq!(
        notes,
        [AudioNote::EndedEarly {
            missing_samples: 3_000
        }]
    );
}
