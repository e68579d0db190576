//! From music to beats, plan and soundtrack.

use crate::inputs;
use divan::Bencher;
use gildhall_proto::JobSpec;
use gildhall_render::audio::{self, AacSettings, AudioEdit};
use gildhall_render::beats;
use gildhall_render::plan::{self, Measured, MeasuredAudio, MeasuredImage, SAMPLE_RATE};
use gildhall_samples::tracks::sample_track;

/// Length of the track in samples per channel.
const TRACK_SAMPLES: u64 = 30 * SAMPLE_RATE as u64;

/// Decoding 30 s of MP3 and measuring it, without the beats.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn scan_of_30_s(bencher: Bencher) {
    let source = inputs::track_file();
    bencher.bench_local(|| audio::scan(&source, None, |_| {}).expect("the track can be read"));
}

/// The beats of 30 s of samples.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn beats_of_30_s(bencher: Bencher) {
    let track = sample_track();
    let mono = track.mono();
    bencher.bench_local(|| beats::analyse(&mono, track.sample_rate).expect("48 kHz is analysed"));
}

/// Mastering and encoding 30 s, with the proof on the decoded AAC.
#[divan::bench(sample_count = 5, sample_size = 1)]
fn mastering_of_30_s(bencher: Bencher) {
    let source = inputs::track_file();
    let edit = AudioEdit::plain(TRACK_SAMPLES);
    let settings = AacSettings::default();
    bencher.bench_local(|| audio::master(&source, &edit, &settings).expect("it can be mastered"));
}

/// The plan of the sample job, with the true beats of its track.
#[divan::bench]
fn plan(bencher: Bencher) {
    let job = include_bytes!("../../../assets/job.json");
    let spec = JobSpec::from_json(job).expect("the sample job is valid");
    let images = (0..spec.images.len()).map(|index| MeasuredImage {
        index,
        may_have_alpha: false,
    });
    let measured = Measured {
        images: images.collect(),
        audio: Some(MeasuredAudio {
            samples: TRACK_SAMPLES,
            silent: false,
            beats: Ok(sample_track().beats_s),
        }),
        warnings: Vec::new(),
    };
    bencher
        .with_inputs(|| measured.clone())
        .bench_local_values(|measured| plan::build(&spec, measured));
}
