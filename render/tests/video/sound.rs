//! The soundtrack, measured by another program after decoding it.

use crate::support::ffmpeg::{loudness, mono, number, probe};
use crate::support::{Studio, job, media};
use serde_json::json;
use std::fs;

#[test]
fn the_sample_track_comes_out_at_the_target_loudness() {
    let studio = Studio::with([("red.png", media::flat([180, 30, 40]))]);
    fs::copy(media::sample("audio/track.mp3"), studio.asset("track.mp3"))
        .expect("the sample track");
    let mut job = job(&["red.png"], 10);
    job["audio"] = json!("track.mp3");
    let report = studio.render(&job).expect("rendered");
    let (lufs, peak_dbtp) = loudness(&studio.video());
    assert!((lufs + 14.0).abs() <= 0.5, "{lufs} LUFS");
    assert!(peak_dbtp <= -1.0, "{peak_dbtp} dBTP");
    let told = report.sound.expect("a soundtrack");
    let told_lufs = told.loudness_lufs.expect("it can be heard");
    assert!((told_lufs - lufs).abs() <= 0.3, "{told:?}, measured {lufs}");
    // It ends in silence, not in the middle of a bar.
    let samples = mono(&studio.video());
    let end = &samples[480_000 - 240..480_000];
    assert!(end.iter().all(|v| v.abs() < 0.01), "the end clicks");
}

#[test]
fn a_job_without_audio_has_a_silent_track() {
    let studio = Studio::with([("red.png", media::flat([180, 30, 40]))]);
    let report = studio.render(&job(&["red.png"], 1)).expect("rendered");
    assert!(report.sound.is_none());
    let stream = probe(&studio.video(), &["-select_streams", "a", "-show_streams"]);
    let stream = &stream["streams"][0];
    assert_eq!(stream["codec_name"], "aac");
    assert_eq!(number(&stream["duration"]), 1.0);
    let samples = mono(&studio.video());
    assert!(!samples.is_empty() && samples.iter().all(|v| v.abs() < 1e-3));
}

#[test]
fn a_short_track_is_repeated_to_the_end() {
    let tone: Vec<f32> = (0..2 * 96_000)
        .map(|i| 0.3 * ((i / 2) as f32 * 0.05).sin())
        .collect();
    let studio = Studio::with([
        ("red.png", media::flat([180, 30, 40])),
        ("tone.wav", media::wav(&tone)),
    ]);
    let mut job = job(&["red.png"], 5);
    job["audio"] = json!("tone.wav");
    studio.render(&job).expect("rendered");
    let samples = mono(&studio.video());
    // Until the fade of at most a quarter of the video begins.
    for (index, block) in samples[..3 * 48_000].chunks(4_800).enumerate() {
        let power = block.iter().map(|v| v * v).sum::<f32>() / block.len() as f32;
        assert!(power.sqrt() > 0.03, "silence {index} tenths of a second in");
    }
}
